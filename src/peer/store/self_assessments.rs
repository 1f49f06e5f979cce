//! Queries about how authors assess their own works.

use diesel::prelude::*;

use crate::clock::UtcTime;
use crate::ids::{RubricVersionId, SubmissionId};
use crate::peer::model::SelfAssessment;
use crate::store::columns::Points;
use crate::store::schema::self_assessments;
use crate::store::{Conn, StoreResult};

#[derive(Queryable, Selectable)]
#[diesel(table_name = self_assessments)]
struct Row {
    submission_id: SubmissionId,
    rubric_version_id: RubricVersionId,
    body: String,
    total: Option<Points>,
    sent_at: Option<UtcTime>,
}

/// How the author assesses a work. The caller has checked the activity's scope.
///
/// # Errors
/// When the database fails.
pub(in crate::peer) fn find_self_assessment(
    conn: &mut Conn,
    work: &SubmissionId,
) -> StoreResult<Option<SelfAssessment>> {
    let row: Option<Row> = self_assessments::table.find(work).select(Row::as_select()).first(conn).optional()?;
    row.map(|row| {
        let body = serde_json::from_str(&row.body)?;
        let Row { submission_id, rubric_version_id, total, sent_at, .. } = row;
        Ok(SelfAssessment { submission_id, rubric_version_id, body, total, sent_at })
    })
    .transpose()
}

/// Stores how the author assesses a work. The caller holds the work's lock.
///
/// # Errors
/// When the database fails.
pub(in crate::peer) fn put_self_assessment(conn: &mut Conn, new: &SelfAssessment, now: UtcTime) -> StoreResult<()> {
    let values = (
        self_assessments::rubric_version_id.eq(&new.rubric_version_id),
        self_assessments::body.eq(serde_json::to_string(&new.body)?),
        self_assessments::total.eq(new.total),
        self_assessments::sent_at.eq(new.sent_at),
        self_assessments::updated_at.eq(now),
    );
    let known = diesel::update(self_assessments::table.find(&new.submission_id)).set(values.clone());
    if known.execute(conn)? == 0 {
        diesel::insert_into(self_assessments::table)
            .values((self_assessments::submission_id.eq(&new.submission_id), values))
            .execute(conn)?;
    }
    Ok(())
}
