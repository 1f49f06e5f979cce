//! Queries about reports.

use diesel::prelude::*;

use crate::clock::UtcTime;
use crate::ids::{ActivityId, PersonId, ReportId, ReviewId, SubmissionId};
use crate::peer::model::{Report, ReportState};
use crate::store::schema::reports;
use crate::store::{Conn, StoreResult, row_of};

row_of! {
    Report as ReportRow in reports {
        id: ReportId,
        activity_id: ActivityId,
        submission_id: SubmissionId,
        review_id: Option<ReviewId>,
        reporter_id: PersonId,
        text: String,
        state: ReportState,
        created_at: UtcTime,
    }
}

/// The reports of an activity, oldest first. The caller has checked the activity's scope.
///
/// # Errors
/// When the database fails.
pub(in crate::peer) fn list_reports(conn: &mut Conn, activity: &ActivityId) -> StoreResult<Vec<Report>> {
    let rows: Vec<ReportRow> = reports::table
        .filter(reports::activity_id.eq(activity))
        .order(reports::id)
        .select(ReportRow::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Stores a new report.
///
/// # Errors
/// When the database fails.
pub(in crate::peer) fn create_report(conn: &mut Conn, new: Report) -> StoreResult<()> {
    diesel::insert_into(reports::table).values(ReportRow::from(new)).execute(conn)?;
    Ok(())
}

/// Stores what the trainer decided about a report.
///
/// # Errors
/// When the database fails.
pub(in crate::peer) fn decide_report(
    conn: &mut Conn,
    id: &ReportId,
    state: ReportState,
    by: &PersonId,
    now: UtcTime,
) -> StoreResult<()> {
    diesel::update(reports::table.find(id))
        .set((reports::state.eq(state), reports::decided_by.eq(by), reports::decided_at.eq(now)))
        .execute(conn)?;
    Ok(())
}
