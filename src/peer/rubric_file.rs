//! Rubrics as files: JSON for programs, CSV for spreadsheets.
//!
//! CSV has one line for each level. The columns are those of [`COLUMNS`], in any order; `criterion` is needed, and a line
//! without one belongs to the criterion above it. Commas or semicolons part them, whichever the first line has more of.

use super::rubric::{Criterion, Kind, Level, MAX_CRITERIA, Rubric};
use super::setup;
use super::table::{MAX_TABLE, Table, Wrong};

/// The columns of CSV.
pub const COLUMNS: [&str; 9] =
    ["criterion", "description", "kind", "weight", "most", "comment", "level", "level_description", "points"];

/// Reads a rubric: JSON where it begins with a brace, else CSV. Whether it can be used, [`Rubric::problems`] tells.
///
/// # Errors
/// [`Wrong`].
pub fn read(text: &str) -> Result<Rubric, Wrong> {
    let text = text.trim_start_matches('\u{feff}').trim();
    let mut rubric = if text.starts_with('{') { read_json(text)? } else { read_csv(text)? };
    if rubric.criteria.len() > MAX_CRITERIA {
        return Err(Wrong::Whole("rubric-too-many-criteria"));
    }
    setup::number(&mut rubric.criteria);
    Ok(rubric)
}

fn read_json(text: &str) -> Result<Rubric, Wrong> {
    if text.len() > MAX_TABLE {
        return Err(Wrong::Whole("table-too-long"));
    }
    serde_json::from_str(text).map_err(|_| Wrong::Whole("rubric-file-json"))
}

fn read_csv(text: &str) -> Result<Rubric, Wrong> {
    let table = Table::read(text, &["criterion"])?;
    let mut criteria: Vec<Criterion> = Vec::new();
    for line in table.lines() {
        let wrong = |column: &'static str| line.wrong("table-cell", column);
        let number = |column: &'static str, usual: u32| match line.cell(column) {
            "" => Ok(usual),
            text => text.parse().map_err(|_| wrong(column)),
        };
        if !line.cell("criterion").is_empty() {
            let kind = match line.cell("kind") {
                "" => Kind::Levels,
                text => Kind::parse(&text.to_ascii_lowercase()).ok_or_else(|| wrong("kind"))?,
            };
            let comment_optional = match line.cell("comment").to_ascii_lowercase().as_str() {
                "" | "required" => false,
                "optional" => true,
                _ => return Err(wrong("comment")),
            };
            criteria.push(Criterion {
                id: String::new(),
                title: line.cell("criterion").to_owned(),
                description: line.cell("description").to_owned(),
                kind,
                weight: number("weight", if kind == Kind::Words { 0 } else { 10 })?,
                levels: Vec::new(),
                most: if kind == Kind::Number { number("most", 10)? } else { 0 },
                comment_optional,
            });
        }
        let Some(of) = criteria.last_mut() else {
            return Err(wrong("criterion"));
        };
        if !line.cell("level").is_empty() {
            if of.kind != Kind::Levels {
                return Err(wrong("level"));
            }
            let usual = of.levels.last().map_or(0, |l: &Level| l.points.saturating_add(1));
            let points = number("points", usual)?;
            of.levels.push(Level {
                label: line.cell("level").to_owned(),
                description: line.cell("level_description").to_owned(),
                points,
            });
        }
    }
    if criteria.is_empty() {
        Err(Wrong::Whole("rubric-no-criteria"))
    } else {
        Ok(Rubric { criteria, ..Rubric::default() })
    }
}

/// The lines of a rubric as CSV, without the heading.
#[must_use]
pub fn lines(rubric: &Rubric) -> Vec<[String; COLUMNS.len()]> {
    let mut lines = Vec::new();
    for criterion in &rubric.criteria {
        let comment = if criterion.comment_optional { "optional" } else { "required" };
        let most = if criterion.kind == Kind::Number { criterion.most.to_string() } else { String::new() };
        let head = [
            criterion.title.clone(),
            criterion.description.clone(),
            criterion.kind.as_str().to_owned(),
            criterion.weight.to_string(),
            most,
            comment.to_owned(),
        ];
        let empty = <[String; 6]>::default();
        let count = criterion.levels.len().max(1);
        for at in 0..count {
            let [title, description, kind, weight, most, comment] = if at == 0 { head.clone() } else { empty.clone() };
            let level = criterion.levels.get(at);
            let label = level.map(|l| l.label.clone()).unwrap_or_default();
            let about = level.map(|l| l.description.clone()).unwrap_or_default();
            let points = level.map(|l| l.points.to_string()).unwrap_or_default();
            lines.push([title, description, kind, weight, most, comment, label, about, points]);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::peer::rubric::templates;
    use crate::web::i18n::Lang;
    use proptest::prelude::*;

    fn written(rubric: &Rubric, delimiter: u8) -> String {
        let mut writer = csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
        writer.write_record(COLUMNS).unwrap();
        for line in lines(rubric) {
            writer.write_record(line).unwrap();
        }
        String::from_utf8(writer.into_inner().unwrap()).unwrap()
    }

    #[test]
    fn templates_come_back_as_they_were() {
        for template in templates(Lang::En).into_iter().chain(templates(Lang::Fr)) {
            let rubric = template.rubric;
            assert_eq!(read(&serde_json::to_string(&rubric).unwrap()).as_ref(), Ok(&rubric));
            for delimiter in *b",;" {
                assert_eq!(read(&format!("\u{feff}{}", written(&rubric, delimiter))).as_ref(), Ok(&rubric));
            }
        }
    }

    #[test]
    fn little_is_enough() {
        let read = read("Criterion;Level\nClear;no\n;yes\nPoints;\n").unwrap();
        assert_eq!(read.criteria.len(), 2);
        assert_eq!(read.criteria[0].levels.iter().map(|l| l.points).collect::<Vec<_>>(), [0, 1]);
        assert_eq!((read.criteria[0].weight, read.criteria[0].id.as_str()), (10, "c1"));
        assert_eq!(read.problems().len(), 1, "the second has no levels, which the form says");
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        let cell =
            |line, column, text: &str| Err(Wrong::Cell { key: "table-cell", line, column, text: text.to_owned() });
        for (text, wrong) in [
            ("", Err(Wrong::Whole("table-empty"))),
            ("  \n", Err(Wrong::Whole("table-empty"))),
            ("{\"criteria\": 3}", Err(Wrong::Whole("rubric-file-json"))),
            ("{\"criteria\": []", Err(Wrong::Whole("rubric-file-json"))),
            ("name,level\nA,B", Err(Wrong::Whole("table-columns"))),
            ("criterion,level", Err(Wrong::Whole("rubric-no-criteria"))),
            ("criterion,level\n,low", cell(2, "criterion", "")),
            ("criterion,weight\nA,10\nB,much", cell(3, "weight", "much")),
            ("criterion,kind\nA,stars", cell(2, "kind", "stars")),
            ("criterion,kind,most\nA,number,-3", cell(2, "most", "-3")),
            ("criterion,comment\nA,maybe", cell(2, "comment", "maybe")),
            ("criterion,kind,level\nA,number,low", cell(2, "level", "low")),
            ("criterion,level,points\nA,low,0\n,high,1.5", cell(3, "points", "1.5")),
        ] {
            assert_eq!(read(text), wrong, "{text:?}");
        }
        assert_eq!(read(&"x".repeat(MAX_TABLE + 1)), Err(Wrong::Whole("table-too-long")));
        let many = format!("criterion\n{}", "A\n".repeat(11));
        assert_eq!(read(&many), Err(Wrong::Whole("rubric-too-many-criteria")));
    }

    proptest! {
        #[test]
        fn no_text_breaks_it(text in "[ -~\n;é]{0,200}") {
            if let Ok(rubric) = read(&text) {
                prop_assert!(rubric.criteria.len() <= MAX_CRITERIA);
                prop_assert_eq!(read(&written(&rubric, b',')), Ok(rubric));
            }
        }
    }
}
