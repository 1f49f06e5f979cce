//! The one writer of `SQLite`: a thread that runs transactions in the order they were asked for, and
//! commits those that wait at the same time together.
//!
//! A commit costs far more than what is in it (pages written twice, one `fsync`), so sharing it is
//! what lets a whole class arrive in one second. Each transaction has a savepoint of its own: one that
//! fails takes nothing of the others with it, and nobody hears of success before the commit.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;

use diesel::r2d2::Pool;
use tokio::sync::oneshot;

use super::pool::Manager;
use super::{Conn, StoreError, StoreResult, begin, check_out, commit, on_engine, roll_back};

/// So many transactions share a commit at most.
const TOGETHER: usize = 32;

/// One transaction that was asked for.
trait Job: Send {
    /// Runs it. False when its work must not stay.
    fn run(&mut self, conn: &mut Conn) -> bool;
    /// Tells whoever asked what became of it; an error here replaces its success.
    fn finish(self: Box<Self>, committed: StoreResult<()>);
}

struct Asked<F, T, E> {
    work: Option<F>,
    outcome: Option<Result<T, E>>,
    answer: oneshot::Sender<Result<T, E>>,
    span: tracing::Span,
}

impl<F, T, E> Job for Asked<F, T, E>
where
    F: FnOnce(&mut Conn) -> Result<T, E> + Send,
    T: Send,
    E: From<StoreError> + Send,
{
    fn run(&mut self, conn: &mut Conn) -> bool {
        let Some(work) = self.work.take() else { return false };
        let span = &self.span;
        // A panic is the end of this transaction, not of the writer; whoever asked is told.
        self.outcome = catch_unwind(AssertUnwindSafe(|| span.in_scope(|| work(conn)))).ok();
        matches!(self.outcome, Some(Ok(_)))
    }

    fn finish(self: Box<Self>, committed: StoreResult<()>) {
        let outcome = match (self.outcome, committed) {
            (Some(Err(error)), _) => Err(error),
            (_, Err(error)) => Err(error.into()),
            (Some(Ok(value)), Ok(())) => Ok(value),
            (None, Ok(())) => Err(StoreError::Unavailable("a transaction panicked".to_owned()).into()),
        };
        // Whoever asked may be gone (a closed connection); the work is done all the same.
        drop(self.answer.send(outcome));
    }
}

/// The writer; dropping it waits for what was asked.
pub(super) struct Writer {
    jobs: Mutex<Option<Sender<Box<dyn Job>>>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(pool: Pool<Manager>) -> StoreResult<Self> {
        let (jobs, asked) = channel();
        let thread = std::thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || serve(&pool, &asked))
            .map_err(|e| StoreError::Unavailable(e.to_string()))?;
        Ok(Self { jobs: Mutex::new(Some(jobs)), thread: Some(thread) })
    }

    /// Runs one transaction.
    pub(super) async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let job = Asked { work: Some(work), outcome: None, answer, span: tracing::Span::current() };
        if let Some(jobs) = self.jobs.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
            metrics::gauge!("db_write_queue").increment(1.0);
            // A writer that is gone drops the job, and with it the sender of the answer.
            drop(jobs.send(Box::new(job)));
        }
        answered.await.unwrap_or_else(|_| Err(StoreError::Unavailable("the writer has stopped".to_owned()).into()))
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.jobs.get_mut().unwrap_or_else(PoisonError::into_inner).take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the writer of the database panicked");
        }
    }
}

fn serve(pool: &Pool<Manager>, asked: &Receiver<Box<dyn Job>>) {
    let mut waiting = std::collections::VecDeque::new();
    loop {
        if waiting.is_empty() {
            match asked.recv() {
                Ok(job) => waiting.push_back(job),
                Err(_) => return,
            }
        }
        while waiting.len() < TOGETHER
            && let Ok(job) = asked.try_recv()
        {
            waiting.push_back(job);
        }
        let mut done: Vec<Box<dyn Job>> = Vec::with_capacity(waiting.len());
        let outcome = run_together(pool, &mut waiting, &mut done).map_err(|e| e.to_string());
        if outcome.is_err() && done.is_empty() {
            // Not even begun: nobody can be served now.
            done.extend(waiting.drain(..));
        }
        for job in done {
            metrics::gauge!("db_write_queue").decrement(1.0);
            job.finish(outcome.clone().map_err(StoreError::Unavailable));
        }
    }
}

/// One commit. Jobs move from `waiting` to `done` as they run; an error is the end for all of `done`.
fn run_together(
    pool: &Pool<Manager>,
    waiting: &mut std::collections::VecDeque<Box<dyn Job>>,
    done: &mut Vec<Box<dyn Job>>,
) -> StoreResult<()> {
    let mut conn = check_out(pool)?;
    begin(&mut conn)?;
    let alone = waiting.len() == 1;
    let mut keep = false;
    while let Some(mut job) = waiting.pop_front() {
        if alone {
            keep = job.run(&mut conn);
            done.push(job);
            break;
        }
        let outcome = on_savepoint(&mut conn, &mut *job);
        done.push(job);
        match outcome {
            Ok(stays) => keep |= stays,
            Err(error) => {
                // The engine gave up the whole transaction (a full disk, say): none of it happened.
                drop(roll_back(&mut conn));
                return Err(error.into());
            }
        }
    }
    if keep {
        commit(&mut conn)?;
    } else {
        roll_back(&mut conn)?;
    }
    Ok(())
}

fn on_savepoint(conn: &mut Conn, job: &mut dyn Job) -> diesel::QueryResult<bool> {
    use diesel::connection::{AnsiTransactionManager, TransactionManager as _};
    on_engine!(&mut *conn, c => AnsiTransactionManager::begin_transaction(c))?;
    let stays = job.run(conn);
    if stays {
        on_engine!(conn, c => AnsiTransactionManager::commit_transaction(c))?;
    } else {
        on_engine!(conn, c => AnsiTransactionManager::rollback_transaction(c))?;
    }
    Ok(stays)
}
