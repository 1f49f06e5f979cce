//! Lists for spreadsheets: CSV that these open as it is meant, and their own form.

use actix_web::HttpResponse;
use actix_web::http::header;

use rust_xlsxwriter::{Format, Workbook, XlsxError};

use crate::store::columns::Points;
use crate::web::{PageError, View};

/// What stands in a cell.
pub(super) enum Cell {
    /// Words.
    Text(String),
    /// Points, on 0–100.
    Points(Points),
    /// A whole number.
    Count(i32),
    /// Nothing.
    Empty,
}

impl Cell {
    /// As text, for CSV.
    pub(super) fn words(&self, v: &View) -> String {
        match self {
            Self::Text(text) => cell(text),
            Self::Points(points) => v.points(points),
            Self::Count(n) => n.to_string(),
            Self::Empty => String::new(),
        }
    }
}

/// A cell that no spreadsheet takes for a formula (reliability-security.md §3).
pub(super) fn cell(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

/// A file to download: a heading and rows, whose texts went through [`cell`].
pub(super) fn file<const N: usize>(
    name: &str,
    heading: [String; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> Result<HttpResponse, PageError> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let written = writer.write_record(heading);
    let written = rows.into_iter().fold(written, |written, row| written.and_then(|()| writer.write_record(row)));
    written.map_err(|e| PageError::internal(&e))?;
    let body = writer.into_inner().map_err(|e| PageError::internal(&e))?;
    // Spreadsheets read UTF-8 only with its mark.
    let body = [b"\xEF\xBB\xBF".as_slice(), &body].concat();
    Ok(download(name, "text/csv; charset=utf-8", body))
}

/// Something to save under a name of ours.
pub(super) fn download(name: &str, media_type: &str, body: Vec<u8>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, media_type))
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .body(body)
}

/// A workbook (ECMA-376) to download: texts are texts, whatever they begin with, and numbers are numbers.
pub(super) fn workbook<const N: usize>(
    name: &str,
    heading: [String; N],
    rows: impl IntoIterator<Item = [Cell; N]>,
) -> Result<HttpResponse, PageError> {
    let body = filled(&heading, rows).map_err(|e| PageError::internal(&e))?;
    Ok(download(name, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", body))
}

fn filled<const N: usize>(
    heading: &[String; N],
    rows: impl IntoIterator<Item = [Cell; N]>,
) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let bold = Format::new().set_bold();
    for (column, title) in (0_u16..).zip(heading) {
        sheet.write_string_with_format(0, column, title, &bold)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    for (row, cells) in (1_u32..).zip(rows) {
        for (column, cell) in (0_u16..).zip(cells) {
            match cell {
                Cell::Text(text) => {
                    sheet.write_string(row, column, text)?;
                }
                Cell::Points(points) => {
                    #[expect(clippy::cast_precision_loss, reason = "points are far below 2^53")]
                    sheet.write_number(row, column, points.0 as f64 / 10_000.0)?;
                }
                Cell::Count(n) => {
                    sheet.write_number(row, column, f64::from(n))?;
                }
                Cell::Empty => {}
            }
        }
    }
    sheet.autofit();
    book.save_to_buffer()
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read as _};

    use super::*;

    fn part(book: &[u8], name: &str) -> String {
        let mut text = String::new();
        let mut archive = zip::ZipArchive::new(Cursor::new(book)).unwrap();
        archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn a_workbook_has_texts_as_texts_and_numbers_as_numbers() {
        let row = [Cell::Text("=HYPERLINK(\"http://evil\")".to_owned()), Cell::Points(Points(666_667)), Cell::Count(3)];
        let book =
            filled(&["A", "B", "C"].map(str::to_owned), [row, [Cell::Empty, Cell::Empty, Cell::Count(4)]]).unwrap();
        let sheet = part(&book, "xl/worksheets/sheet1.xml");
        assert!(!sheet.contains("<f>"), "{sheet}");
        assert!(sheet.contains("<v>66.6667</v>") && sheet.contains("<v>3</v>"), "{sheet}");
        assert_eq!(sheet.matches("<row ").count(), 3);
        assert!(part(&book, "xl/sharedStrings.xml").contains("=HYPERLINK("));
    }

    #[test]
    fn no_cell_is_a_formula() {
        for text in ["=1+1", "+33", "-x", "@SUM(A1)", "\t=1"] {
            assert_eq!(cell(text), format!("'{text}"));
        }
        assert_eq!(cell("Ada = Lovelace"), "Ada = Lovelace");
    }
}
