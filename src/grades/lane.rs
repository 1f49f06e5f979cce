//! One registration's lane: its grades are claimed a few at a time, and as many calls are kept going as its
//! circuit, its pace and its limit allow (reliability-security.md §2.5, §2.6).

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Instant;

use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;

use super::circuit::{Gate, Permission};
use super::deliver::{self, Parcel};
use super::model::{Circuit, Health, Outgoing};
use super::outcome::{self, Around, Outcome};
use super::pace::Pace;
use super::store::{self, Claim, Claimed, Finished};
use crate::clock::UtcTime;
use crate::context::Context;
use crate::crypto;
use crate::fault;
use crate::ids::{LineItemId, RegistrationId};
use crate::lti::score::Verdict;
use crate::platform;
use crate::platform::model::Family;
use crate::store::columns::Points;
use crate::store::{Conn, StoreError};

/// The pause that a 429 without a number asks of the whole lane, in seconds.
const THROTTLED: i64 = 2;
/// The longest pause that an LMS may ask for, in seconds.
const LONGEST_QUIET: i64 = 3600;
/// Outcomes that are stored together at most.
const TOGETHER: usize = 64;

/// What this process remembers of a registration between rounds.
pub struct Lane {
    gate: Gate,
    pace: Arc<Mutex<Pace>>,
    /// Until when the LMS asked to be left alone.
    quiet_until: Option<UtcTime>,
}

impl Lane {
    /// A lane of which nothing is known yet.
    #[must_use]
    pub fn new(context: &Context, registration: &RegistrationId) -> Self {
        let pace = Pace::new(&context.settings.ags, Instant::now());
        let gate = Gate::new(Health::new(registration.clone(), context.clock.now()));
        Self { gate, pace: Arc::new(Mutex::new(pace)), quiet_until: None }
    }

    fn is_quiet(&self, now: UtcTime) -> bool {
        self.quiet_until.is_some_and(|until| now < until && until.seconds_since(now) <= LONGEST_QUIET)
    }
}

/// Who sends: what all lanes of this process share.
#[derive(Clone)]
pub struct Sender {
    /// The process.
    pub context: Context,
    /// Its name in leases.
    pub owner: Arc<str>,
    /// The calls of all lanes together.
    pub calls: Arc<Semaphore>,
}

/// One claimed row with what its try needs.
struct Item {
    claimed: Claimed,
    parcel: Arc<Parcel>,
    ours: Vec<Points>,
    /// Whether the circuit was closed when it was claimed.
    was_closed: bool,
}

/// A try that ended: without an outcome nothing was sent.
struct Tried {
    claimed: Claimed,
    outcome: Option<Outcome>,
    may_check: bool,
    was_closed: bool,
    latency_ms: i64,
}

struct Ended {
    claimed: Claimed,
    finished: Option<Finished>,
}

/// A lane at work.
pub struct Run<'a> {
    sender: &'a Sender,
    lane: &'a mut Lane,
    registration: RegistrationId,
    family: Family,
    /// When the right to send was taken, or last held longer; None before.
    held_at: Option<UtcTime>,
    /// Those that may be under way.
    parcels: HashMap<LineItemId, Weak<Parcel>>,
}

impl<'a> Run<'a> {
    /// A run that has not begun.
    pub fn new(sender: &'a Sender, lane: &'a mut Lane, registration: RegistrationId) -> Self {
        Self { sender, lane, registration, family: Family::Generic, held_at: None, parcels: HashMap::new() }
    }

    /// Sends until nothing is due or the LMS is to be left alone. Returns whether anything was sent.
    ///
    /// # Errors
    /// When the database fails; what was claimed comes back at once, or when its lease ends.
    pub async fn run(mut self) -> Result<bool, StoreError> {
        let mut ran = Ok(false);
        loop {
            match self.stream().await {
                Ok(true) => ran = Ok(true),
                Ok(false) => break,
                Err(error) => {
                    ran = Err(error);
                    break;
                }
            }
        }
        if self.held_at.is_some() {
            let (id, owner) = (self.registration.clone(), Arc::clone(&self.sender.owner));
            let left = self.sender.context.db.write(move |c| store::leave_lane(c, &id, &owner)).await;
            return ran.and_then(|sent| left.map(|()| sent));
        }
        ran
    }

    /// What may be sent now; None for nothing.
    async fn permission(&mut self) -> Result<Option<Permission>, StoreError> {
        let context = &self.sender.context;
        let (now, limits) = (context.clock.now(), &context.settings.ags);
        if context.wake.is_stopping() || self.lane.is_quiet(now) {
            return Ok(None);
        }
        if self.held_at.is_none_or(|at| now.seconds_since(at).abs() * 2 > limits.lease_seconds) {
            let (id, owner) = (self.registration.clone(), Arc::clone(&self.sender.owner));
            let until = now.plus_seconds(limits.lease_seconds);
            let taken = context
                .db
                .write(move |c: &mut Conn| -> Result<_, StoreError> {
                    let health = store::take_lane(c, &id, &owner, until, now)?;
                    let family = platform::store::find_registration(c, &id)?.map_or(Family::Generic, |r| r.family);
                    Ok(health.map(|h| (h, family)))
                })
                .await?;
            let Some((health, family)) = taken else {
                self.held_at = None;
                return Ok(None);
            };
            // Another process, or an administrator, may have changed it.
            self.lane.gate.health = health;
            (self.family, self.held_at) = (family, Some(now));
        }
        let limit = if self.family == Family::Canvas { limits.parallel_canvas } else { limits.parallel };
        Ok(match self.lane.gate.permission(now, usize::try_from(limit).unwrap_or(1).max(1)) {
            Permission::Wait(_) => None,
            permission => Some(permission),
        })
    }

    /// Keeps calls going until nothing more is due or something stops them. Returns whether anything was sent.
    async fn stream(&mut self) -> Result<bool, StoreError> {
        let (ended, receiver) = mpsc::unbounded_channel();
        let storing = tokio::spawn(store_ended(self.sender.context.clone(), receiver));
        let (mut tries, mut waiting) = (JoinSet::new(), VecDeque::new());
        let stopped = Arc::new(AtomicBool::new(false));
        let (mut sent, mut failed) = (false, None);
        loop {
            while failed.is_none() && !stopped.load(Ordering::Relaxed) {
                match self.next(tries.len(), sent, &mut waiting).await {
                    Ok(Some(item)) => {
                        sent = true;
                        let pace = Arc::clone(&self.lane.pace);
                        tries.spawn(self.sender.clone().try_one(item, pace, Arc::clone(&stopped)));
                    }
                    Ok(None) => break,
                    Err(error) => failed = Some(error),
                }
            }
            let Some(tried) = tries.join_next().await else { break };
            match tried {
                Ok(tried) => {
                    if let Err(error) = self.settle(tried, &ended, &stopped).await {
                        failed = Some(error);
                    }
                }
                // A panic; its row comes back when the lease ends.
                Err(error) => failed = Some(StoreError::Unavailable(error.to_string())),
            }
        }
        for Item { claimed, .. } in waiting {
            // Nobody listens only when storing has failed; the lease then gives the row back.
            let _ = ended.send(Ended { claimed, finished: None });
        }
        drop(ended);
        let stored = storing.await.map_err(|e| StoreError::Unavailable(e.to_string()))?;
        failed.map_or(stored, Err).map(|()| sent)
    }

    /// The next row to send, beside some others that are under way; None where there is none, or no room.
    async fn next(
        &mut self,
        under_way: usize,
        sent: bool,
        waiting: &mut VecDeque<Item>,
    ) -> Result<Option<Item>, StoreError> {
        let (room, rows, early) = match self.permission().await? {
            Some(Permission::Send(parallel)) => (parallel, self.sender.context.settings.ags.batch, false),
            // A probe is alone.
            Some(Permission::Probe) => (usize::from(!sent), 1, true),
            _ => return Ok(None),
        };
        if under_way >= room {
            return Ok(None);
        }
        if waiting.is_empty() {
            waiting.extend(self.claim(rows, early).await?);
            fault::point_of(waiting.iter().any(|i| i.claimed.row.is_grade()), "after_claim");
        }
        Ok(waiting.pop_front())
    }

    /// Claims rows, and loads what they need. The tries are noted before anything is sent.
    async fn claim(&mut self, limit: i64, early: bool) -> Result<Vec<Item>, StoreError> {
        let context = &self.sender.context;
        let (now, id, owner) = (context.clock.now(), self.registration.clone(), Arc::clone(&self.sender.owner));
        let until = now.plus_seconds(context.settings.ags.lease_seconds);
        let token = Arc::from(crypto::random_token().map_err(|e| StoreError::Unavailable(e.to_string()))?);
        let claimed = context
            .db
            .write(move |c| store::claim(c, &id, &Claim { owner: &owner, token, until, limit, early }, now))
            .await?;
        if claimed.is_empty() {
            return Ok(Vec::new());
        }
        let claimed = Arc::new(claimed);
        match self.load(Arc::clone(&claimed)).await {
            Ok(items) => Ok(items),
            Err(error) => {
                context.db.write(move |c| store::give_back(c, &claimed, now)).await?;
                Err(error)
            }
        }
    }

    async fn load(&mut self, claimed: Arc<Vec<Claimed>>) -> Result<Vec<Item>, StoreError> {
        let was_closed = self.lane.gate.health.circuit == Circuit::Closed;
        // Two searches for one column at a time would be in each other's way.
        let searching: HashMap<LineItemId, Arc<Parcel>> = self
            .parcels
            .iter()
            .filter_map(|(id, parcel)| Some((id.clone(), parcel.upgrade()?)))
            .filter(|(_, parcel)| parcel.is_searching())
            .collect();
        let context = self.sender.context.clone();
        let (items, parcels) = self
            .sender
            .context
            .db
            .read(move |c: &mut Conn| -> Result<_, StoreError> {
                let columns = claimed.iter().map(|c| c.row.line_item_id.clone());
                let columns: Vec<LineItemId> = columns.filter(|id| !searching.contains_key(id)).collect();
                let mut parcels = deliver::load_parcels(c, &context, columns)
                    .map_err(|error| StoreError::Unavailable(error.to_string()))?;
                parcels.extend(searching);
                let mut items = Vec::with_capacity(claimed.len());
                for claimed in claimed.iter().cloned() {
                    let parcel = parcels.get(&claimed.row.line_item_id).map(Arc::clone).ok_or(StoreError::NotFound)?;
                    let ours = deliver::load_ours(c, &parcel, &claimed.row)?;
                    items.push(Item { claimed, parcel, ours, was_closed });
                }
                Ok((items, parcels))
            })
            .await?;
        self.parcels = parcels.iter().map(|(id, parcel)| (id.clone(), Arc::downgrade(parcel))).collect();
        Ok(items)
    }

    /// Says what becomes of a row whose try ended, and what it means for the others.
    async fn settle(
        &mut self,
        tried: Tried,
        ended: &mpsc::UnboundedSender<Ended>,
        stopped: &AtomicBool,
    ) -> Result<(), StoreError> {
        let Tried { claimed, outcome, may_check, was_closed, latency_ms } = tried;
        let Some(outcome) = outcome else {
            // Nobody listens only when storing has failed; the lease then gives the row back.
            let _ = ended.send(Ended { claimed, finished: None });
            return Ok(());
        };
        let (row, limits) = (&claimed.row, &self.sender.context.settings.ags);
        let (now, jitter) = (self.sender.context.clock.now(), jitter());
        if outcome.overloaded && outcome.verdict == Verdict::Throttled {
            let asked = outcome.retry_after.unwrap_or(THROTTLED).clamp(THROTTLED, LONGEST_QUIET);
            self.lane.quiet_until = Some(now.plus_seconds(asked));
            stopped.store(true, Ordering::Relaxed);
            self.lane.pace.lock().unwrap_or_else(PoisonError::into_inner).slow_down(Instant::now());
        }
        let took_others = row.first_failed_at.is_some_and(|t| self.lane.gate.took_since(t));
        let around = Around { was_closed, took_others, may_check, jitter };
        let finished = outcome::ended(row, &outcome, around, limits, latency_ms, now);
        tracing::info!(
            event = "ags.score", outbox = %row.id, rev = row.desired_rev, attempt = row.attempt,
            class = outcome.class, status = outcome.status, latency_ms, "a score was tried"
        );
        metrics::counter!("ags_attempts_total", "class" => outcome.class).increment(1);
        let noted = note(&self.sender.context, &mut self.lane.gate, row, &outcome, now, jitter).await;
        if noted.is_err() || self.lane.gate.health.circuit != Circuit::Closed {
            stopped.store(true, Ordering::Relaxed);
        }
        if ended.send(Ended { claimed, finished: Some(finished) }).is_err() {
            // Storing has failed, and says how when the run ends.
            stopped.store(true, Ordering::Relaxed);
        }
        noted
    }
}

/// Notes what a try says about its LMS.
async fn note(
    context: &Context,
    gate: &mut Gate,
    row: &Outgoing,
    outcome: &Outcome,
    now: UtcTime,
    jitter: u16,
) -> Result<(), StoreError> {
    let Some(blame) = outcome.blame else { return Ok(()) };
    let (before, skew) = (gate.health.circuit, gate.health.clock_skew_ms);
    if !gate.note(&row.id, blame, &context.settings.ags, now, jitter) {
        return Ok(());
    }
    let after = gate.health.circuit;
    gate.health.clock_skew_ms = outcome.skew_ms.or(skew);
    if !matches!(after, Circuit::Closed | Circuit::Half) {
        gate.health.last_class = Some(outcome.class.to_owned());
        gate.health.last_status = outcome.status.map(i32::from);
        gate.health.last_text = Some(outcome.text.clone());
    }
    if before != after {
        tracing::warn!(
            event = "ags.circuit", registration = %row.registration_id, from = %before, to = %after,
            class = outcome.class, status = outcome.status, "an LMS's circuit changed"
        );
    }
    let (health, opens) = (gate.health.clone(), after == Circuit::Closed);
    context
        .db
        .write(move |c: &mut Conn| -> Result<(), StoreError> {
            store::update_health(c, &health, now)?;
            // What waited for the LMS goes now.
            if opens { store::hurry(c, &health.registration_id, now) } else { Ok(()) }
        })
        .await
}

impl Sender {
    async fn try_one(self, item: Item, pace: Arc<Mutex<Pace>>, stopped: Arc<AtomicBool>) -> Tried {
        let Item { claimed, parcel, ours, was_closed } = item;
        let tried = Tried { claimed, outcome: None, may_check: parcel.may_check(), was_closed, latency_ms: 0 };
        let slot = pace.lock().unwrap_or_else(PoisonError::into_inner).slot(Instant::now());
        tokio::time::sleep_until(slot.into()).await;
        let Ok(_call) = self.calls.acquire().await else { return tried };
        if stopped.load(Ordering::Relaxed) || self.context.wake.is_stopping() {
            return tried;
        }
        let (started, row) = (Instant::now(), &tried.claimed.row);
        let outcome = deliver::send(&self.context, &parcel, row, &ours).await;
        fault::point_of(row.is_grade(), "before_finish");
        let latency_ms = i64::try_from(started.elapsed().as_millis()).unwrap_or(i64::MAX);
        Tried { outcome: Some(outcome), latency_ms, ..tried }
    }
}

fn jitter() -> u16 {
    crypto::random_bytes::<2>().map_or(500, |b| u16::from_le_bytes(b) % 1001)
}

/// Stores outcomes as they come; those that wait together share a transaction.
async fn store_ended(context: Context, mut receiver: mpsc::UnboundedReceiver<Ended>) -> Result<(), StoreError> {
    let mut ended = Vec::new();
    while receiver.recv_many(&mut ended, TOGETHER).await > 0 {
        let (mut sent, mut unsent, now) = (Vec::new(), Vec::new(), context.clock.now());
        for Ended { claimed, finished } in ended.drain(..) {
            match finished {
                Some(finished) => sent.push((claimed, finished)),
                None => unsent.push(claimed),
            }
        }
        context
            .db
            .write(move |c: &mut Conn| -> Result<(), StoreError> {
                let sent: Vec<(&Claimed, &Finished)> = sent.iter().map(|(claimed, done)| (claimed, done)).collect();
                store::end_attempts(c, &sent, now)?;
                for claimed in store::finish(c, &sent, now)? {
                    tracing::warn!(event = "ags.fenced", outbox = %claimed.row.id, "somebody else has this grade now");
                }
                Ok(())
            })
            .await?;
        if !unsent.is_empty() {
            context.db.write(move |c| store::give_back(c, &unsent, now)).await?;
        }
    }
    Ok(())
}
