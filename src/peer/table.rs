//! Lists that people paste or send as CSV.

/// The longest list, in bytes.
pub const MAX_TABLE: usize = 200_000;

/// Why a list cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// The key of a text about the whole.
    Whole(&'static str),
    /// A cell.
    Cell {
        /// The key of the text.
        key: &'static str,
        /// The line, counted from 1.
        line: u64,
        /// The column.
        column: &'static str,
        /// What stands there.
        text: String,
    },
}

/// A list by its columns: commas or semicolons part them, whichever the first line has more of.
pub struct Table {
    headers: csv::StringRecord,
    lines: Vec<csv::StringRecord>,
}

/// One line of a list.
pub struct Line<'a> {
    headers: &'a csv::StringRecord,
    record: &'a csv::StringRecord,
}

impl Table {
    /// Reads a list that has to have some columns, whose names may be written in any case.
    ///
    /// # Errors
    /// [`Wrong::Whole`] for one that is empty, too long, no CSV, or lacks one of the columns.
    pub fn read(text: &str, needed: &[&str]) -> Result<Self, Wrong> {
        let text = text.trim_start_matches('\u{feff}').trim();
        if text.is_empty() {
            return Err(Wrong::Whole("table-empty"));
        }
        if text.len() > MAX_TABLE {
            return Err(Wrong::Whole("table-too-long"));
        }
        let first = text.lines().next().unwrap_or_default();
        let count = |c: char| first.matches(c).count();
        let delimiter = if count(';') > count(',') { b';' } else { b',' };
        let mut reader = csv::ReaderBuilder::new();
        let mut reader = reader.delimiter(delimiter).flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
        let unreadable = |_| Wrong::Whole("table-no-csv");
        let headers = reader.headers().map_err(unreadable)?.clone();
        let lines = reader.records().collect::<Result<Vec<_>, _>>().map_err(unreadable)?;
        let table = Self { headers, lines };
        if needed.iter().all(|column| table.has(column)) { Ok(table) } else { Err(Wrong::Whole("table-columns")) }
    }

    /// Whether it has a column.
    #[must_use]
    pub fn has(&self, column: &str) -> bool {
        self.headers.iter().any(|h| h.eq_ignore_ascii_case(column))
    }

    /// Its lines.
    pub fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        self.lines.iter().map(|record| Line { headers: &self.headers, record })
    }
}

impl<'a> Line<'a> {
    /// What stands in a column; nothing where there is none. The guard against formulas, with which lists are saved, is
    /// taken off.
    #[must_use]
    pub fn cell(&self, column: &str) -> &'a str {
        let place = self.headers.iter().position(|h| h.eq_ignore_ascii_case(column));
        let text = place.and_then(|at| self.record.get(at)).unwrap_or_default();
        match text.strip_prefix('\'') {
            Some(rest) if rest.starts_with(['=', '+', '-', '@']) => rest,
            _ => text,
        }
    }

    /// What is wrong with a cell.
    #[must_use]
    pub fn wrong(&self, key: &'static str, column: &'static str) -> Wrong {
        let line = self.record.position().map_or(0, csv::Position::line);
        Wrong::Cell { key, line, column, text: self.cell(column).to_owned() }
    }
}
