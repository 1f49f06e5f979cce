//! Queries about news and who gets mail.

use diesel::prelude::*;

use super::model::{Kind, News, Recipient, Topic};
use crate::clock::UtcTime;
use crate::ids::{ActivityId, NewsId, PersonId};
use crate::store::schema::{activities, mail_recipients, news, people};
use crate::store::{Conn, StoreError, StoreResult, on_engine, row_of};

row_of! {
    News as NewsRow in news {
        id: NewsId,
        person_id: PersonId,
        activity_id: ActivityId,
        kind: Kind,
        about: String,
        created_at: UtcTime,
        seen_at: Option<UtcTime>,
        mailed_at: Option<UtcTime>,
    }
}

/// Stores something that somebody should hear, unless they were told.
///
/// # Errors
/// When the database fails.
pub fn create_once(conn: &mut Conn, new: News) -> StoreResult<()> {
    let row = NewsRow::from(new);
    on_engine!(conn, c => diesel::insert_into(news::table).values(row).on_conflict_do_nothing().execute(c))?;
    Ok(())
}

/// Whether somebody was told something.
///
/// # Errors
/// When the database fails.
pub fn is_told(
    conn: &mut Conn,
    person: &PersonId,
    activity: &ActivityId,
    kind: Kind,
    about: &str,
) -> StoreResult<bool> {
    let found: i64 = news::table
        .filter(news::person_id.eq(person))
        .filter(news::activity_id.eq(activity))
        .filter(news::kind.eq(kind))
        .filter(news::about.eq(about))
        .count()
        .get_result(conn)?;
    Ok(found > 0)
}

/// The newest news of somebody with the titles of the activities, newest first.
///
/// # Errors
/// When the database fails.
pub fn list_newest(conn: &mut Conn, person: &PersonId, most: i64) -> StoreResult<Vec<(News, String)>> {
    let rows: Vec<(NewsRow, String)> = news::table
        .inner_join(activities::table.on(activities::id.eq(news::activity_id)))
        .filter(news::person_id.eq(person))
        .order(news::id.desc())
        .limit(most)
        .select((NewsRow::as_select(), activities::title))
        .load(conn)?;
    Ok(rows.into_iter().map(|(row, title)| (row.into(), title)).collect())
}

/// What somebody has not seen, oldest first.
///
/// # Errors
/// When the database fails.
pub fn list_unseen(conn: &mut Conn, person: &PersonId) -> StoreResult<Vec<News>> {
    let rows: Vec<NewsRow> = news::table
        .filter(news::person_id.eq(person))
        .filter(news::seen_at.is_null())
        .order(news::id)
        .select(NewsRow::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Marks news as seen.
///
/// # Errors
/// When the database fails.
pub fn mark_seen(conn: &mut Conn, ids: Vec<NewsId>, now: UtcTime) -> StoreResult<()> {
    diesel::update(news::table.filter(news::id.eq_any(ids)).filter(news::seen_at.is_null()))
        .set(news::seen_at.eq(now))
        .execute(conn)?;
    Ok(())
}

/// Marks news as mailed, or as not to be.
///
/// # Errors
/// When the database fails.
pub fn mark_mailed(conn: &mut Conn, ids: Vec<NewsId>, now: UtcTime) -> StoreResult<()> {
    diesel::update(news::table.filter(news::id.eq_any(ids))).set(news::mailed_at.eq(now)).execute(conn)?;
    Ok(())
}

/// Somebody with an address, and what they have neither seen nor been mailed.
pub struct Waiting {
    /// The news.
    pub news: News,
    /// The activity's title.
    pub title: String,
    /// The address.
    pub email: String,
    /// The tag of the reader's language, or of the trainer's who made the activity.
    pub lang: Option<String>,
}

/// What waits to be mailed since a moment, by person and in order.
///
/// # Errors
/// When the database fails.
pub fn list_waiting(conn: &mut Conn, since: UtcTime) -> StoreResult<Vec<Waiting>> {
    type Row = (NewsRow, String, Option<String>, Option<String>, Option<String>);
    let (readers, makers) = diesel::alias!(people as readers, people as makers);
    let rows: Vec<Row> = on_engine!(conn, c => news::table
        .inner_join(activities::table.on(activities::id.eq(news::activity_id)))
        .inner_join(readers.on(readers.field(people::id).eq(news::person_id)))
        .inner_join(makers.on(makers.field(people::id).eq(activities::created_by)))
        .filter(news::mailed_at.is_null())
        .filter(news::seen_at.is_null())
        .filter(news::created_at.ge(since))
        .filter(readers.field(people::email).is_not_null())
        .filter(readers.field(people::test_user).eq(false))
        .order((news::person_id, news::id))
        .select((
            NewsRow::as_select(),
            activities::title,
            readers.field(people::email),
            readers.field(people::lang),
            makers.field(people::lang),
        ))
        .load(c))?;
    let waiting = rows.into_iter().filter_map(|(row, title, email, own, makers)| {
        Some(Waiting { news: row.into(), title, email: email?, lang: own.or(makers) })
    });
    Ok(waiting.collect())
}

/// Removes what is older than a moment.
///
/// # Errors
/// When the database fails.
pub fn delete_before(conn: &mut Conn, before: UtcTime) -> StoreResult<usize> {
    Ok(diesel::delete(news::table.filter(news::created_at.lt(before))).execute(conn)?)
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = mail_recipients, treat_none_as_null = true)]
struct RecipientRow {
    person_id: PersonId,
    token: String,
    muted: String,
    mailed_at: Option<UtcTime>,
    not_before: Option<UtcTime>,
    tries: i32,
}

impl RecipientRow {
    fn read(self) -> Recipient {
        let Self { person_id, token, muted, mailed_at, not_before, tries } = self;
        let is_muted = |topic: &&Topic| muted.split(',').any(|name| name == topic.as_str());
        let muted = Topic::ALL.iter().filter(is_muted).copied().collect();
        Recipient { person_id, token, muted, mailed_at, not_before, tries }
    }
}

/// Somebody who gets mail, if they ever did or said what they want.
///
/// # Errors
/// When the database fails.
pub fn find_recipient(conn: &mut Conn, person: &PersonId) -> StoreResult<Option<Recipient>> {
    let row: Option<RecipientRow> =
        mail_recipients::table.find(person).select(RecipientRow::as_select()).first(conn).optional()?;
    Ok(row.map(RecipientRow::read))
}

/// Whose mails a token ends.
///
/// # Errors
/// `NotFound` for an unknown token.
pub fn get_recipient_by_token(conn: &mut Conn, token: &str) -> StoreResult<Recipient> {
    let row: Option<RecipientRow> = mail_recipients::table
        .filter(mail_recipients::token.eq(token))
        .select(RecipientRow::as_select())
        .first(conn)
        .optional()?;
    row.map(RecipientRow::read).ok_or(StoreError::NotFound)
}

/// Stores who gets mail.
///
/// # Errors
/// When the database fails.
pub fn put_recipient(conn: &mut Conn, recipient: &Recipient) -> StoreResult<()> {
    let row = RecipientRow {
        person_id: recipient.person_id.clone(),
        token: recipient.token.clone(),
        muted: recipient.muted.iter().map(|t| t.as_str()).collect::<Vec<_>>().join(","),
        mailed_at: recipient.mailed_at,
        not_before: recipient.not_before,
        tries: recipient.tries,
    };
    if diesel::update(mail_recipients::table.find(&row.person_id)).set(&row).execute(conn)? == 0 {
        diesel::insert_into(mail_recipients::table).values(&row).execute(conn)?;
    }
    Ok(())
}
