//! The reviews of an activity as files.

use actix_web::http::header;
use actix_web::{HttpResponse, web};

use super::spreadsheet::{self, Cell};
use crate::context::Context;
use crate::ids::ActivityId;
use crate::launch::SignedIn;
use crate::peer::service::export::{self, Line, Words};
use crate::web::{PageError, PageResult};

async fn load(user: &SignedIn, context: &Context, id: ActivityId) -> Result<Vec<Line>, PageError> {
    let (scope, now) = (user.scope(), context.clock.now());
    let words = Words { nameless: user.view.t("participant"), control: user.view.t("control-work") };
    Ok(context.db.read(move |c| export::reviews(c, &scope, &id, &words, now)).await?)
}

const HEADING: [&str; 12] = [
    "export-author",
    "export-reviewer",
    "export-sent",
    "reliability-criterion",
    "export-weight",
    "export-level",
    "export-comment",
    "overall-comment",
    "export-total",
    "export-corrected",
    "export-helpful",
    "export-excluded",
];

fn row(line: Line) -> [Cell; 12] {
    let or_nothing = |cell: Option<Cell>| cell.unwrap_or(Cell::Empty);
    [
        Cell::Text(line.author),
        Cell::Text(line.reviewer),
        Cell::Text(line.sent_at),
        Cell::Text(line.criterion),
        Cell::Count(i32::try_from(line.weight).unwrap_or(i32::MAX)),
        Cell::Text(line.level),
        Cell::Text(line.comment),
        Cell::Text(line.overall),
        Cell::Points(line.total),
        or_nothing(line.corrected.map(Cell::Points)),
        or_nothing(line.helpful.map(Cell::Count)),
        or_nothing(line.excluded.map(Cell::Text)),
    ]
}

/// For any spreadsheet, one row for each review and criterion.
async fn as_csv(user: SignedIn, context: web::Data<Context>, id: web::Path<String>) -> PageResult {
    let lines = load(&user, &context, ActivityId(id.into_inner())).await?;
    let v = &user.view;
    let rows = lines.into_iter().map(|line| row(line).map(|cell| cell.words(v)));
    spreadsheet::file("reviews.csv", HEADING.map(|key| v.t(key)), rows)
}

/// The same as a workbook.
async fn as_xlsx(user: SignedIn, context: web::Data<Context>, id: web::Path<String>) -> PageResult {
    let lines = load(&user, &context, ActivityId(id.into_inner())).await?;
    spreadsheet::workbook("reviews.xlsx", HEADING.map(|key| user.view.t(key)), lines.into_iter().map(row))
}

/// For a program: points in 1/10000.
async fn as_json(user: SignedIn, context: web::Data<Context>, id: web::Path<String>) -> PageResult {
    let lines = load(&user, &context, ActivityId(id.into_inner())).await?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_DISPOSITION, "attachment; filename=\"reviews.json\""))
        .json(lines))
}

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/peer/{activity}/reviews.csv", web::get().to(as_csv))
        .route("/peer/{activity}/reviews.xlsx", web::get().to(as_xlsx))
        .route("/peer/{activity}/reviews.json", web::get().to(as_json));
}
