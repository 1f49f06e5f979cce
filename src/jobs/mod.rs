//! The loop that runs the features' background work.
//!
//! Each job says when it wants to be asked again; a wake-up only makes that sooner. A lost wake-up
//! therefore delays work and never loses it: the database is the truth.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::{Notify, watch};

/// Wakes all jobs of this process early, and tells them when it ends; cheap to clone.
#[derive(Clone, Default)]
pub struct Wake(Arc<Signals>);

#[derive(Default)]
struct Signals {
    woken: Notify,
    stopping: AtomicBool,
}

impl Wake {
    /// Something was stored that a job may want to see.
    pub fn wake(&self) {
        self.0.woken.notify_waiters();
    }

    /// Whether the process ends: a round that takes long begins nothing new.
    #[must_use]
    pub fn is_stopping(&self) -> bool {
        self.0.stopping.load(Ordering::Relaxed)
    }

    /// Counts wake-ups from the moment of this call, not from the first poll.
    fn woken(&self) -> impl Future<Output = ()> + '_ {
        self.0.woken.notified()
    }
}

/// One round of a job: does what is due and says how long to rest.
pub type Round = Pin<Box<dyn Future<Output = Duration> + Send>>;

/// A job by name; `round` is called again and again.
pub struct Job {
    /// The name, for the log.
    pub name: &'static str,
    /// Does what is due.
    pub round: Box<dyn Fn() -> Round + Send + Sync>,
    /// Whether a wake-up ends its rest.
    pub wakes: bool,
}

impl Job {
    /// A job that hands each round its own copy of what it works with, and that wake-ups ask sooner.
    #[must_use]
    pub fn repeat<T, F>(name: &'static str, with: &T, round: fn(T) -> F) -> Self
    where
        T: Clone + Send + Sync + 'static,
        F: Future<Output = Duration> + Send + 'static,
    {
        let with = with.clone();
        Self { name, round: Box::new(move || Box::pin(round(with.clone()))), wakes: true }
    }

    /// A job that goes by the time alone: what was just stored is no news to it, and looking is not cheap.
    #[must_use]
    pub fn by_time<T, F>(name: &'static str, with: &T, round: fn(T) -> F) -> Self
    where
        T: Clone + Send + Sync + 'static,
        F: Future<Output = Duration> + Send + 'static,
    {
        Self { wakes: false, ..Self::repeat(name, with, round) }
    }
}

/// Runs jobs until told to stop. A round that has begun is finished first.
pub struct Runner {
    stop: watch::Sender<bool>,
    wake: Wake,
    tasks: Vec<tokio::task::JoinHandle<()>>,
}

impl Runner {
    /// Starts one task for each job.
    #[must_use]
    pub fn start(jobs: Vec<Job>, wake: &Wake) -> Self {
        let (stop, _) = watch::channel(false);
        let tasks = jobs
            .into_iter()
            .map(|job| {
                let (wake, mut stopped) = (wake.clone(), stop.subscribe());
                tokio::spawn(async move {
                    tracing::debug!(job = job.name, "job started");
                    // A runner that is gone without a word has stopped as well.
                    while !*stopped.borrow() && stopped.has_changed().is_ok() {
                        // Registered before the round, so that what is stored meanwhile is not missed.
                        let woken = wake.woken();
                        let rest = (job.round)().await;
                        tokio::select! {
                            () = woken, if job.wakes => {}
                            () = tokio::time::sleep(rest) => {}
                            _ = stopped.changed() => {}
                        }
                    }
                })
            })
            .collect();
        Self { stop, wake: wake.clone(), tasks }
    }

    /// Stops: waits for the rounds that are under way, at most 30 seconds.
    pub async fn stop(self) {
        self.wake.0.stopping.store(true, Ordering::Relaxed);
        // Nobody listens any more only when all tasks have ended already.
        let _ = self.stop.send(true);
        for task in self.tasks {
            if tokio::time::timeout(Duration::from_secs(30), task).await.is_err() {
                tracing::warn!("a job did not stop in 30 seconds");
            }
        }
    }
}
