//! Queries about where reviews go with regard to companies.

use diesel::prelude::*;

use crate::activity::model::CompanyRule;
use crate::ids::ActivityId;
use crate::store::schema::company_rules;
use crate::store::{Conn, StoreResult};

/// Where the reviews of an activity go with regard to companies. The caller has checked the activity's scope.
///
/// # Errors
/// When the database fails.
pub fn company_rule(conn: &mut Conn, id: &ActivityId) -> StoreResult<CompanyRule> {
    let rule = company_rules::table.find(id).select(company_rules::rule).first(conn).optional()?;
    Ok(rule.unwrap_or(CompanyRule::Any))
}

/// Stores where the reviews of an activity go with regard to companies.
///
/// # Errors
/// When the database fails.
pub fn set_company_rule(conn: &mut Conn, id: &ActivityId, rule: CompanyRule) -> StoreResult<()> {
    diesel::delete(company_rules::table.find(id)).execute(conn)?;
    if rule != CompanyRule::Any {
        diesel::insert_into(company_rules::table)
            .values((company_rules::activity_id.eq(id), company_rules::rule.eq(rule)))
            .execute(conn)?;
    }
    Ok(())
}
