//! How the delivery of grades does, in figures: for the console, and for Prometheus
//! (reliability-security.md §2.9, §5).

use super::model::{Circuit, Health, OutboxState};
use super::store;
use crate::clock::UtcTime;
use crate::ids::RegistrationId;
use crate::store::{Conn, StoreError, upkeep};

/// A lease that ended so long ago, in seconds, should have been taken back.
const LEASE_MARGIN: i64 = 60;

/// How the grades for one LMS do.
#[derive(Clone, Debug)]
pub struct Lane {
    /// The registration.
    pub registration_id: RegistrationId,
    /// Grades on their way.
    pub waiting: i64,
    /// Since when the oldest of them has waited.
    pub oldest: Option<UtcTime>,
    /// Grades that wait for a person.
    pub stuck: i64,
    /// How the LMS does; None before its first grade.
    pub health: Option<Health>,
}

/// All of it.
#[derive(Clone, Debug)]
pub struct Figures {
    /// Grades by their state.
    pub rows: Vec<(OutboxState, i64)>,
    /// One for each registration that has had a grade.
    pub lanes: Vec<Lane>,
    /// When the last backup was made.
    backup: Option<UtcTime>,
    now: UtcTime,
}

/// Reads the figures.
///
/// # Errors
/// When the database fails.
pub fn read(conn: &mut Conn, now: UtcTime) -> Result<Figures, StoreError> {
    let (rows, lanes) = (store::count_by_state(conn)?, lanes(conn)?);
    Ok(Figures { rows, lanes, backup: upkeep::last_backup(conn)?, now })
}

/// How the grades for each LMS do.
///
/// # Errors
/// When the database fails.
pub fn lanes(conn: &mut Conn) -> Result<Vec<Lane>, StoreError> {
    let mut lanes: Vec<Lane> = store::count_by_registration(conn)?;
    for health in store::list_health(conn)? {
        match lanes.iter_mut().find(|l| l.registration_id == health.registration_id) {
            Some(lane) => lane.health = Some(health),
            None => lanes.push(Lane {
                registration_id: health.registration_id.clone(),
                waiting: 0,
                oldest: None,
                stuck: 0,
                health: Some(health),
            }),
        }
    }
    Ok(lanes)
}

#[expect(clippy::cast_precision_loss, reason = "figures are far below 2^53")]
pub(super) const fn figure(number: i64) -> f64 {
    number as f64
}

impl Figures {
    /// Hands the figures to whoever collects them.
    pub fn publish(&self) {
        for state in OutboxState::ALL {
            let count = self.rows.iter().find(|(s, _)| s == state).map_or(0, |(_, n)| *n);
            metrics::gauge!("ags_outbox_rows", "state" => state.as_str()).set(figure(count));
        }
        let oldest = self.lanes.iter().filter_map(|l| l.oldest).map(|t| self.now.seconds_since(t)).max();
        metrics::gauge!("ags_oldest_pending_seconds").set(figure(oldest.unwrap_or(0)));
        // Where there is none, an alarm at any age must go off.
        let age = self.backup.map_or(f64::INFINITY, |at| figure(self.now.seconds_since(at)));
        metrics::gauge!("backup_age_seconds").set(age);
        for lane in &self.lanes {
            let id = lane.registration_id.to_string();
            if let Some(health) = &lane.health {
                for circuit in Circuit::ALL {
                    let labels = [("registration", id.clone()), ("circuit", circuit.as_str().to_owned())];
                    metrics::gauge!("ags_circuit_state", &labels).set(figure(i64::from(health.circuit == *circuit)));
                }
                if let Some(skew) = health.clock_skew_ms {
                    metrics::gauge!("clock_skew_ms", "registration" => id.clone()).set(figure(skew));
                }
            }
            metrics::gauge!("ags_lane_waiting", "registration" => id).set(figure(lane.waiting));
        }
    }
}

/// Rules that must hold at any time, and how often they do not: all must be 0.
#[derive(Clone, Copy, Debug)]
pub struct Violations {
    /// Rows that want or have what was never decided, or that nobody takes back.
    pub rows: i64,
    /// Revisions that were changed outside of Cercle.
    pub chains: i64,
}

impl Violations {
    /// Looks at all rows and revisions.
    ///
    /// # Errors
    /// When the database fails.
    pub fn read(conn: &mut Conn, now: UtcTime) -> Result<Self, StoreError> {
        let rows = store::count_violations(conn, now.plus_seconds(-LEASE_MARGIN))?;
        Ok(Self { rows, chains: store::count_broken_chains(conn)? })
    }

    /// Hands them to whoever collects them, and says so in the log where there is one.
    pub fn publish(self) {
        let Self { rows, chains } = self;
        metrics::gauge!("grade_invariant_violations").set(figure(rows));
        metrics::gauge!("grade_chain_violations").set(figure(chains));
        if rows > 0 || chains > 0 {
            tracing::error!(event = "grades.invariant", rows, chains, "grades break a rule that must hold");
        }
    }
}
