//! Who sends which grade when: one lane for each registration, so that no LMS holds up another, with
//! its own circuit, pace and number of parallel calls (reliability-security.md §2.5, §2.6).

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;

use super::circuit::{Gate, Permission};
use super::deliver::{self, Parcel};
use super::fault;
use super::model::{Circuit, Health, Outgoing};
use super::outcome::{self, Around, Outcome};
use super::pace::Pace;
use super::store::{self, Claim, Finished};
use crate::clock::UtcTime;
use crate::context::Context;
use crate::crypto;
use crate::ids::{AttemptId, LineItemId, RegistrationId};
use crate::lti::score::Verdict;
use crate::platform;
use crate::platform::model::Family;
use crate::store::columns::Points;
use crate::store::{Conn, StoreError};

/// A refused grade is tried again at a launch if it has rested so long, in seconds.
const REST_BEFORE_LAUNCH: i64 = 600;
/// The shortest time between two looks at the queue.
const SHORT: Duration = Duration::from_millis(50);
/// While a lane runs, others are looked for this often.
const LOOK: Duration = Duration::from_secs(1);
/// The pause that a 429 without a number asks of the whole lane, in seconds.
const THROTTLED: i64 = 2;
/// The longest pause that an LMS may ask for, in seconds.
const LONGEST_QUIET: i64 = 3600;
/// Outcomes that are stored together at most.
const TOGETHER: usize = 64;

/// What this process remembers of a registration between rounds.
struct Lane {
    gate: Gate,
    pace: Arc<Mutex<Pace>>,
    /// Until when the LMS asked to be left alone.
    quiet_until: Option<UtcTime>,
}

/// The sender of this process; cheap to clone.
#[derive(Clone)]
pub struct Dispatcher {
    context: Context,
    owner: Arc<str>,
    lanes: Arc<Mutex<HashMap<RegistrationId, Arc<tokio::sync::Mutex<Lane>>>>>,
    calls: Arc<Semaphore>,
}

/// One claimed row with what its try needs.
struct Item {
    row: Outgoing,
    attempt: AttemptId,
    parcel: Arc<Parcel>,
    ours: Vec<Points>,
}

/// A try that ended: None where nothing was sent.
struct Tried {
    row: Outgoing,
    attempt: AttemptId,
    outcome: Option<Outcome>,
    may_check: bool,
    latency_ms: i64,
}

struct Ended {
    row: Outgoing,
    attempt: AttemptId,
    finished: Option<Finished>,
}

impl Dispatcher {
    /// A sender.
    #[must_use]
    pub fn new(context: &Context) -> Self {
        let calls = usize::try_from(context.settings.ags.parallel_total).unwrap_or(16);
        Self {
            context: context.clone(),
            owner: format!("{}-{}", std::process::id(), uuid::Uuid::new_v4().simple()).into(),
            lanes: Arc::default(),
            calls: Arc::new(Semaphore::new(calls)),
        }
    }

    /// Takes back what has no holder, and sends what is due until nothing is. Returns how long to rest.
    ///
    /// # Errors
    /// When the database fails; what was claimed is taken back when its lease ends.
    pub async fn round(&self) -> Result<Duration, StoreError> {
        self.sweep().await?;
        self.rearm_after_launches().await?;
        let mut running: JoinSet<(RegistrationId, bool)> = JoinSet::new();
        let mut busy: HashSet<RegistrationId> = HashSet::new();
        let mut idle = false;
        loop {
            let (due, next) = self.list_due().await?;
            for registration in due {
                if !self.context.wake.is_stopping() && busy.insert(registration.clone()) {
                    let dispatcher = self.clone();
                    running.spawn(async move {
                        let ran = dispatcher.run_lane(&registration).await;
                        if let Err(error) = &ran {
                            tracing::error!(event = "ags.lane", %registration, %error, "grades cannot be sent now");
                        }
                        (registration, ran.unwrap_or(false))
                    });
                }
            }
            if running.is_empty() {
                return Ok(if idle { next.min(LOOK) } else { next });
            }
            tokio::select! {
                Some(ended) = running.join_next() => match ended {
                    Ok((registration, true)) => {
                        busy.remove(&registration);
                    }
                    // Another process has that lane, or it failed, or it panicked and its rows come back when
                    // their lease ends: it is left alone for this round.
                    _ => idle = true,
                },
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    }

    async fn sweep(&self) -> Result<(), StoreError> {
        let (now, limits) = (self.context.clock.now(), self.context.settings.ags.clone());
        let astray = limits.clone();
        if self.context.db.read(move |c| store::is_anything_astray(c, &astray, now)).await? {
            let rows = self.context.db.write(move |c| store::sweep(c, &limits, now, false)).await?;
            tracing::info!(event = "ags.sweep", rows, "grades without a holder are tried again");
        }
        Ok(())
    }

    /// A launch may have mended what made an LMS refuse a grade.
    async fn rearm_after_launches(&self) -> Result<(), StoreError> {
        let seen = self.context.arrivals.take();
        if seen.is_empty() {
            return Ok(());
        }
        let now = self.context.clock.now();
        self.context
            .db
            .write(move |c: &mut Conn| -> Result<(), StoreError> {
                for (course, person) in &seen {
                    store::rearm_for(c, course, person, now.plus_seconds(-REST_BEFORE_LAUNCH), now)?;
                }
                Ok(())
            })
            .await
    }

    /// The registrations with something to send now, and how long to rest if there are none.
    async fn list_due(&self) -> Result<(Vec<RegistrationId>, Duration), StoreError> {
        let (waiting, health) = self
            .context
            .db
            .read(|c: &mut Conn| -> Result<_, StoreError> { Ok((store::list_due(c)?, store::list_health(c)?)) })
            .await?;
        let now = self.context.clock.now();
        let poll = Duration::from_secs(u64::try_from(self.context.settings.ags.poll_seconds).unwrap_or(5));
        let (mut due, mut rest) = (Vec::new(), poll);
        for (registration, at) in waiting {
            let of_this = health.iter().find(|h| h.registration_id == registration);
            let at = match of_this.map(|h| (h.circuit, h.next_probe_at)) {
                None | Some((Circuit::Closed | Circuit::Half, _)) => at,
                Some((_, probe)) => probe,
            };
            if at <= now {
                due.push(registration);
            } else {
                let wait = Duration::from_micros(u64::try_from(at.0 - now.0).unwrap_or(0));
                rest = rest.min(wait.max(SHORT));
            }
        }
        Ok((due, rest))
    }

    fn lane(&self, registration: &RegistrationId, now: UtcTime) -> Arc<tokio::sync::Mutex<Lane>> {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        let lane = lanes.entry(registration.clone()).or_insert_with(|| {
            let pace = Pace::new(&self.context.settings.ags, Instant::now());
            let gate = Gate::new(Health::new(registration.clone(), now));
            Arc::new(tokio::sync::Mutex::new(Lane { gate, pace: Arc::new(Mutex::new(pace)), quiet_until: None }))
        });
        Arc::clone(lane)
    }

    async fn take_lane(&self, registration: &RegistrationId) -> Result<Option<(Health, Family)>, StoreError> {
        let (id, owner, now) = (registration.clone(), Arc::clone(&self.owner), self.context.clock.now());
        let until = now.plus_seconds(self.context.settings.ags.lease_seconds);
        self.context
            .db
            .write(move |c: &mut Conn| -> Result<_, StoreError> {
                let health = store::take_lane(c, &id, &owner, until, now)?;
                let family = platform::store::find_registration(c, &id)?.map_or(Family::Generic, |r| r.family);
                Ok(health.map(|h| (h, family)))
            })
            .await
    }

    /// Returns whether anything was sent.
    async fn run_lane(&self, registration: &RegistrationId) -> Result<bool, StoreError> {
        let lane = self.lane(registration, self.context.clock.now());
        let mut lane = lane.lock().await;
        let limits = &self.context.settings.ags;
        let mut taken_at: Option<UtcTime> = None;
        let (mut family, mut sent) = (Family::Generic, false);
        while !self.context.wake.is_stopping() {
            let now = self.context.clock.now();
            if lane.quiet_until.is_some_and(|until| now < until && until.seconds_since(now) <= LONGEST_QUIET) {
                break;
            }
            if taken_at.is_none_or(|at| now.seconds_since(at).abs() * 2 > limits.lease_seconds) {
                let Some((health, of)) = self.take_lane(registration).await? else { return Ok(sent) };
                // Another process, or an administrator, may have changed it.
                lane.gate.health = health;
                family = of;
                taken_at = Some(now);
            }
            let limit = if family == Family::Canvas { limits.parallel_canvas } else { limits.parallel };
            let permission = lane.gate.permission(now, usize::try_from(limit).unwrap_or(1));
            let (parallel, rows, early) = match permission {
                Permission::Send(parallel) => (parallel, limits.batch, false),
                Permission::Probe => (1, 1, true),
                Permission::Wait(_) => break,
            };
            let (token, items) = self.claim(registration, rows, early).await?;
            if items.is_empty() {
                break;
            }
            fault::point_of(items.iter().any(|i| i.row.is_grade()), "after_claim");
            sent = true;
            self.send_all(&mut lane, token, items, parallel).await?;
        }
        let (id, owner) = (registration.clone(), Arc::clone(&self.owner));
        self.context.db.write(move |c| store::leave_lane(c, &id, &owner)).await?;
        Ok(sent)
    }

    /// Claims rows, and loads what they need. The try is noted before anything is sent.
    async fn claim(
        &self,
        registration: &RegistrationId,
        limit: i64,
        early: bool,
    ) -> Result<(String, Vec<Item>), StoreError> {
        let (now, id, owner) = (self.context.clock.now(), registration.clone(), Arc::clone(&self.owner));
        let until = now.plus_seconds(self.context.settings.ags.lease_seconds);
        let token = crypto::random_token().map_err(|e| StoreError::Unavailable(e.to_string()))?;
        let claim_token = token.clone();
        let claimed = self
            .context
            .db
            .write(move |c: &mut Conn| -> Result<_, StoreError> {
                let claim = Claim { owner: &owner, token: &claim_token, until, limit, early };
                let rows = store::claim(c, &id, &claim, now)?;
                let claimed: Vec<_> = rows.into_iter().map(|row| (row, AttemptId::new())).collect();
                if !claimed.is_empty() {
                    store::begin_attempts(c, &claimed, now)?;
                }
                Ok(claimed)
            })
            .await?;
        if claimed.is_empty() {
            return Ok((token, Vec::new()));
        }
        let context = self.context.clone();
        let items = self
            .context
            .db
            .read(move |c: &mut Conn| -> Result<_, StoreError> {
                let columns: Vec<LineItemId> = claimed.iter().map(|(row, _)| row.line_item_id.clone()).collect();
                let parcels = deliver::load_parcels(c, &context, columns)
                    .map_err(|error| StoreError::Unavailable(error.to_string()))?;
                let mut items = Vec::with_capacity(claimed.len());
                for (row, attempt) in claimed {
                    let ours = deliver::load_ours(c, &row, &row.line_item_id)?;
                    let parcel = parcels.get(&row.line_item_id).map(Arc::clone).ok_or(StoreError::NotFound)?;
                    items.push(Item { row, attempt, parcel, ours });
                }
                Ok(items)
            })
            .await?;
        Ok((token, items))
    }

    async fn send_all(
        &self,
        lane: &mut Lane,
        token: String,
        items: Vec<Item>,
        parallel: usize,
    ) -> Result<(), StoreError> {
        let was_closed = lane.gate.health.circuit == Circuit::Closed;
        let stopped = Arc::new(AtomicBool::new(false));
        let (sender, receiver) = mpsc::unbounded_channel();
        let storing = tokio::spawn(store_ended(self.context.clone(), token, receiver));
        let mut tries = futures_util::stream::iter(items)
            .map(|item| self.clone().try_one(item, Arc::clone(&lane.pace), Arc::clone(&stopped)))
            .buffer_unordered(parallel.max(1));
        while let Some(tried) = tries.next().await {
            let Tried { row, attempt, outcome, may_check, latency_ms } = tried;
            let Some(outcome) = outcome else {
                // Nobody listens only when the storing task is gone; the lease then gives the row back.
                let _ = sender.send(Ended { row, attempt, finished: None });
                continue;
            };
            let (now, jitter) = (self.context.clock.now(), jitter());
            if outcome.overloaded && outcome.verdict == Verdict::Throttled {
                let asked = outcome.retry_after.unwrap_or(THROTTLED).clamp(THROTTLED, LONGEST_QUIET);
                lane.quiet_until = Some(now.plus_seconds(asked));
                stopped.store(true, Ordering::Relaxed);
                lane.pace.lock().unwrap_or_else(PoisonError::into_inner).slow_down(Instant::now());
            }
            let took_others = row.first_failed_at.is_some_and(|t| lane.gate.took_since(t));
            if self.note(&mut lane.gate, &row, &outcome, now, jitter).await? {
                stopped.fetch_or(lane.gate.health.circuit != Circuit::Closed, Ordering::Relaxed);
            }
            let around = Around { was_closed, took_others, may_check, jitter };
            let finished = outcome::ended(&row, &outcome, around, &self.context.settings.ags, latency_ms, now);
            tracing::info!(
                event = "ags.score", outbox = %row.id, rev = row.desired_rev, attempt = row.attempt,
                class = outcome.class, status = outcome.status, latency_ms, "a score was tried"
            );
            metrics::counter!("ags_attempts_total", "class" => outcome.class).increment(1);
            let _ = sender.send(Ended { row, attempt, finished: Some(finished) });
        }
        drop(tries);
        drop(sender);
        storing.await.map_err(|e| StoreError::Unavailable(e.to_string()))?
    }

    async fn note(
        &self,
        gate: &mut Gate,
        row: &Outgoing,
        outcome: &Outcome,
        now: UtcTime,
        jitter: u16,
    ) -> Result<bool, StoreError> {
        let Some(blame) = outcome.blame else { return Ok(false) };
        let (before, skew) = (gate.health.circuit, gate.health.clock_skew_ms);
        if !gate.note(&row.id, blame, &self.context.settings.ags, now, jitter) {
            return Ok(false);
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
        self.context
            .db
            .write(move |c: &mut Conn| -> Result<(), StoreError> {
                store::update_health(c, &health, now)?;
                // What waited for the LMS goes now.
                if opens { store::hurry(c, &health.registration_id, now) } else { Ok(()) }
            })
            .await?;
        Ok(true)
    }

    async fn try_one(self, item: Item, pace: Arc<Mutex<Pace>>, stopped: Arc<AtomicBool>) -> Tried {
        let Item { row, attempt, parcel, ours } = item;
        let may_check = parcel.may_check();
        let unsent = |row, attempt| Tried { row, attempt, outcome: None, may_check, latency_ms: 0 };
        let slot = pace.lock().unwrap_or_else(PoisonError::into_inner).slot(Instant::now());
        tokio::time::sleep_until(slot.into()).await;
        let Ok(_call) = self.calls.acquire().await else { return unsent(row, attempt) };
        if stopped.load(Ordering::Relaxed) || self.context.wake.is_stopping() {
            return unsent(row, attempt);
        }
        let started = Instant::now();
        let outcome = deliver::send(&self.context, &parcel, &row, &ours).await;
        fault::point_of(row.is_grade(), "before_finish");
        let latency_ms = i64::try_from(started.elapsed().as_millis()).unwrap_or(i64::MAX);
        Tried { row, attempt, outcome: Some(outcome), may_check, latency_ms }
    }
}

fn jitter() -> u16 {
    crypto::random_bytes::<2>().map_or(500, |b| u16::from_le_bytes(b) % 1001)
}

/// Stores outcomes as they come; those that wait together share a transaction.
async fn store_ended(
    context: Context,
    token: String,
    mut receiver: mpsc::UnboundedReceiver<Ended>,
) -> Result<(), StoreError> {
    let mut ended = Vec::new();
    while receiver.recv_many(&mut ended, TOGETHER).await > 0 {
        let (batch, token, now) = (std::mem::take(&mut ended), token.clone(), context.clock.now());
        context
            .db
            .write(move |c: &mut Conn| -> Result<(), StoreError> {
                let mut unsent = Vec::new();
                let sent = batch.iter().filter_map(|e| Some((&e.attempt, &e.row, e.finished.as_ref()?)));
                store::end_attempts(c, &sent.collect::<Vec<_>>(), now)?;
                for Ended { row, attempt, finished } in &batch {
                    match finished {
                        Some(finished) if !store::finish(c, row, &token, finished, now)? => {
                            tracing::warn!(event = "ags.fenced", outbox = %row.id, "somebody else has this grade now");
                        }
                        Some(_) => {}
                        None => unsent.push((row.id.clone(), attempt.clone())),
                    }
                }
                store::give_back(c, unsent, &token, now)
            })
            .await?;
    }
    Ok(())
}
