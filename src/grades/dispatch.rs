//! Who sends which grade when: one lane for each registration, so that no LMS holds up another, with
//! its own circuit, pace and number of parallel calls (reliability-security.md §2.5, §2.6).

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::lane::{Lane, Run, Sender};
use super::model::Circuit;
use super::store;
use crate::context::Context;
use crate::ids::RegistrationId;
use crate::store::{Conn, StoreError, upkeep};

/// A refused grade is tried again at a launch if it has rested so long, in seconds.
const REST_BEFORE_LAUNCH: i64 = 600;
/// The shortest time between two looks at the queue.
const SHORT: Duration = Duration::from_millis(50);
/// While a lane runs, others are looked for this often.
const LOOK: Duration = Duration::from_secs(1);

/// The sender of this process; cheap to clone.
#[derive(Clone)]
pub struct Dispatcher {
    sender: Sender,
    lanes: Arc<Mutex<HashMap<RegistrationId, Arc<tokio::sync::Mutex<Lane>>>>>,
}

impl Dispatcher {
    /// A sender.
    #[must_use]
    pub fn new(context: &Context) -> Self {
        let calls = usize::try_from(context.settings.ags.parallel_total).unwrap_or(16);
        let sender = Sender {
            context: context.clone(),
            owner: format!("{}-{}", std::process::id(), uuid::Uuid::new_v4().simple()).into(),
            calls: Arc::new(Semaphore::new(calls)),
        };
        Self { sender, lanes: Arc::default() }
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
                if !self.sender.context.wake.is_stopping() && busy.insert(registration.clone()) {
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
        let (now, limits) = (self.sender.context.clock.now(), self.sender.context.settings.ags.clone());
        let astray = limits.clone();
        if self.sender.context.db.read(move |c| store::is_anything_astray(c, &astray, now)).await? {
            let rows = self.sender.context.db.write(move |c| store::sweep(c, &limits, now, false)).await?;
            tracing::info!(event = "ags.sweep", rows, "grades without a holder are tried again");
        }
        Ok(())
    }

    /// A launch may have mended what made an LMS refuse a grade.
    async fn rearm_after_launches(&self) -> Result<(), StoreError> {
        let seen = self.sender.context.arrivals.take();
        if seen.is_empty() {
            return Ok(());
        }
        let now = self.sender.context.clock.now();
        for (course, person) in seen {
            let before = now.plus_seconds(-REST_BEFORE_LAUNCH);
            self.sender.context.db.write(move |c| store::rearm_for(c, &course, &person, before, now)).await?;
        }
        Ok(())
    }

    /// The registrations with something to send now, and how long to rest if there are none.
    async fn list_due(&self) -> Result<(Vec<RegistrationId>, Duration), StoreError> {
        let (waiting, health) = self
            .sender
            .context
            .db
            .read(|c: &mut Conn| -> Result<_, StoreError> {
                // After a restore nothing goes before somebody allows it.
                let due = if upkeep::is_paused(c)? { Vec::new() } else { store::list_due(c)? };
                Ok((due, store::list_health(c)?))
            })
            .await?;
        let now = self.sender.context.clock.now();
        let poll = Duration::from_secs(u64::try_from(self.sender.context.settings.ags.poll_seconds).unwrap_or(5));
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

    fn lane(&self, registration: &RegistrationId) -> Arc<tokio::sync::Mutex<Lane>> {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || Arc::new(tokio::sync::Mutex::new(Lane::new(&self.sender.context, registration)));
        Arc::clone(lanes.entry(registration.clone()).or_insert_with(new))
    }

    /// Returns whether anything was sent.
    async fn run_lane(&self, registration: &RegistrationId) -> Result<bool, StoreError> {
        let lane = self.lane(registration);
        let mut lane = lane.lock().await;
        Run::new(&self.sender, &mut lane, registration.clone()).run().await
    }
}
