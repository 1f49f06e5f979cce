//! Queries about signing keys.

use diesel::prelude::*;

use super::StoredKey;
use crate::clock::UtcTime;
use crate::store::schema::signing_keys;
use crate::store::{Conn, StoreResult};

type Row = (String, String, String, String, UtcTime, UtcTime, Option<UtcTime>);

/// All keys, oldest first.
pub(super) fn list(conn: &mut Conn) -> StoreResult<Vec<StoredKey>> {
    let rows: Vec<Row> = signing_keys::table.order(signing_keys::created_at).load(conn)?;
    Ok(rows
        .into_iter()
        .map(|(kid, sealed_private_key, modulus, exponent, created_at, sign_from, publish_until)| StoredKey {
            kid,
            sealed_private_key,
            modulus,
            exponent,
            created_at,
            sign_from,
            publish_until,
        })
        .collect())
}

/// Stores a key.
pub(super) fn create(conn: &mut Conn, key: &StoredKey) -> StoreResult<()> {
    diesel::insert_into(signing_keys::table)
        .values((
            signing_keys::kid.eq(&key.kid),
            signing_keys::sealed_private_key.eq(&key.sealed_private_key),
            signing_keys::modulus.eq(&key.modulus),
            signing_keys::exponent.eq(&key.exponent),
            signing_keys::created_at.eq(key.created_at),
            signing_keys::sign_from.eq(key.sign_from),
            signing_keys::publish_until.eq(key.publish_until),
        ))
        .execute(conn)?;
    Ok(())
}

/// Removes a key.
pub(super) fn delete(conn: &mut Conn, kid: &str) -> StoreResult<()> {
    diesel::delete(signing_keys::table.find(kid)).execute(conn)?;
    Ok(())
}

/// Says until when a key stays published.
pub(super) fn set_publish_until(conn: &mut Conn, kid: &str, until: UtcTime) -> StoreResult<()> {
    diesel::update(signing_keys::table.find(kid)).set(signing_keys::publish_until.eq(Some(until))).execute(conn)?;
    Ok(())
}
