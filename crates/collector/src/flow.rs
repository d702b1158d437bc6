//! The flow of a long piece of work: one thread walks, several deal with what it meets, and the caller takes the outcomes
//! in the order of the walk.
//!
//! What is under way is bounded: a walk that is far ahead of the slowest worker waits. So memory does not grow with the
//! tree, and a slow file holds up only what comes long after it. Must never lose an outcome, or change the order.

use std::collections::VecDeque;
use std::num::NonZeroUsize;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

/// How many batches wait for a worker. Each holds up to 8 folders open, and a process may often open only 256 things.
const WAITING_MAX: usize = 10;

/// How many files may be under way or done and not yet taken: 65,536, at about 150 bytes an outcome some 10 MB. Two
/// workers need a quarter of a second for that many of usual size.
const UNDER_WAY_MAX: usize = 65_536;

/// How many batches may be under way before the one who takes is woken for the first of them. To wake a thread for every
/// batch costs as much as a tenth of hashing it.
const TAKEN_AT_ONCE: usize = 8;

/// What a walk hands over.
pub(crate) enum Item<B, P> {
    /// Something to be dealt with by a worker, and how many files it is.
    Work(B, usize),
    /// Something that only keeps its place in the order.
    Pass(P),
}

/// One step of the walk, dealt with.
pub(crate) enum Step<T, P> {
    /// What became of something that was dealt with.
    Done(T),
    /// What kept its place.
    Passed(P),
}

/// How many threads deal with files unless somebody says otherwise: one a core, and at least four, because a disk or a
/// server that has to look for something can look for several things at once.
pub(crate) fn usual_workers() -> NonZeroUsize {
    const LEAST: NonZeroUsize = NonZeroUsize::new(4).expect("four is not zero");
    thread::available_parallelism().unwrap_or(LEAST).max(LEAST)
}

/// Walks, works and hands the outcomes to `take`, which runs on this thread. `begin` makes what a worker keeps from one
/// batch to the next, `work` deals with a batch, `end` puts the worker's things away; the outcomes are over once every
/// worker has. A failure ends everything.
pub(crate) fn flow<B, P, S, T, E, R>(
    walk: impl Iterator<Item = Item<B, P>> + Send,
    workers: NonZeroUsize,
    begin: impl Fn() -> Result<S, E> + Sync,
    work: impl Fn(&mut S, B) -> Result<T, E> + Sync,
    end: impl Fn(S) -> Result<(), E> + Sync,
    take: impl FnOnce(&mut dyn Iterator<Item = Result<Step<T, P>, E>>) -> R,
) -> R
where
    B: Send,
    P: Send,
    T: Send,
    E: Send,
{
    let shared = Shared::new(workers);
    thread::scope(|scope| {
        scope.spawn(|| {
            let _leaving = Leaving(&shared);
            shared.walk(walk);
        });
        for _ in 0..workers.get() {
            scope.spawn(|| {
                let _leaving = Leaving(&shared);
                let worked = begin().and_then(|mut own| {
                    shared.work(|batch| work(&mut own, batch));
                    end(own)
                });
                shared.leave(worked);
            });
        }
        let _leaving = Leaving(&shared);
        let taken = take(&mut Outcomes { shared: &shared, over: false });
        // Whoever took has seen the end or wants no more: let everybody go home.
        shared.stop();
        taken
    })
}

struct State<B, P, T, E> {
    /// Batches that wait for a worker, with their place in the order.
    waiting: VecDeque<(usize, B, usize)>,
    /// Outcomes not yet taken, the first of which is that of place `taken`; `None` where a worker is still at it.
    outcomes: VecDeque<Option<Outcome<T, P>>>,
    taken: usize,
    under_way: usize,
    walked: bool,
    stopped: bool,
    failed: Option<E>,
    /// Workers that have not put their things away.
    workers: usize,
    idle_workers: usize,
    /// Whether the one who takes waits.
    taker_waits: bool,
}

struct Outcome<T, P> {
    files: usize,
    step: Step<T, P>,
}

impl<B, P, T, E> State<B, P, T, E> {
    /// Whether there is enough to take for it to be worth while to wake whoever takes.
    fn is_worth_taking(&self) -> bool {
        let ready = self.outcomes.front().is_some_and(Option::is_some);
        self.taker_waits && ready && (self.walked || self.outcomes.len() >= TAKEN_AT_ONCE)
    }

    fn has_room(&self) -> bool {
        self.waiting.len() < WAITING_MAX && self.under_way < UNDER_WAY_MAX
    }
}

/// What the threads share. Each of the three kinds of thread waits for news of its own, because waking one for nothing
/// costs as much as hashing a small file.
struct Shared<B, P, T, E> {
    state: Mutex<State<B, P, T, E>>,
    /// For the walk: there is room again.
    room: Condvar,
    /// For the workers: there is a batch.
    batch: Condvar,
    /// For the one who takes: the next outcome is there.
    outcome: Condvar,
}

/// Ends the work of all when one of the threads panics, so that nobody waits for it. The panic itself goes on.
struct Leaving<'a, B, P, T, E>(&'a Shared<B, P, T, E>);

impl<B, P, T, E> Drop for Leaving<'_, B, P, T, E> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.stop();
        }
    }
}

impl<B, P, T, E> Shared<B, P, T, E> {
    fn new(workers: NonZeroUsize) -> Self {
        let state = State {
            waiting: VecDeque::new(),
            outcomes: VecDeque::new(),
            taken: 0,
            under_way: 0,
            walked: false,
            stopped: false,
            failed: None,
            workers: workers.get(),
            idle_workers: 0,
            taker_waits: false,
        };
        Shared { state: Mutex::new(state), room: Condvar::new(), batch: Condvar::new(), outcome: Condvar::new() }
    }

    /// The state stays whole even if a thread panicked: no user code runs under the lock.
    fn lock(&self) -> MutexGuard<'_, State<B, P, T, E>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn stop(&self) {
        self.lock().stopped = true;
        self.wake_everybody();
    }

    fn wake_everybody(&self) {
        self.room.notify_all();
        self.batch.notify_all();
        self.outcome.notify_all();
    }

    /// The first failure is the one that is told.
    fn fail(&self, error: E) {
        self.lock().failed.get_or_insert(error);
        self.wake_everybody();
    }

    fn leave(&self, worked: Result<(), E>) {
        if let Err(error) = worked {
            self.fail(error);
        }
        self.lock().workers -= 1;
        self.outcome.notify_one();
    }

    fn walk(&self, walk: impl Iterator<Item = Item<B, P>>) {
        for item in walk {
            let mut state = self.lock();
            while !state.stopped && !state.has_room() {
                state = wait(&self.room, state);
            }
            if state.stopped {
                return;
            }
            match item {
                Item::Work(batch, files) => {
                    let place = state.taken + state.outcomes.len();
                    state.under_way += files;
                    state.outcomes.push_back(None);
                    state.waiting.push_back((place, batch, files));
                    if state.idle_workers > 0 {
                        self.batch.notify_one();
                    }
                }
                Item::Pass(passed) => {
                    state.under_way += 1;
                    state.outcomes.push_back(Some(Outcome { files: 1, step: Step::Passed(passed) }));
                    if state.is_worth_taking() {
                        self.outcome.notify_one();
                    }
                }
            }
        }
        self.lock().walked = true;
        self.wake_everybody();
    }

    fn work(&self, mut work: impl FnMut(B) -> Result<T, E>) {
        while let Some((place, batch, files)) = self.next_batch() {
            match work(batch) {
                Ok(outcome) => {
                    let mut state = self.lock();
                    let first = state.taken;
                    if let Some(slot) = state.outcomes.get_mut(place - first) {
                        *slot = Some(Outcome { files, step: Step::Done(outcome) });
                    }
                    if state.is_worth_taking() {
                        self.outcome.notify_one();
                    }
                }
                Err(error) => self.fail(error),
            }
        }
    }

    fn next_batch(&self) -> Option<(usize, B, usize)> {
        let mut state = self.lock();
        loop {
            if state.stopped || state.failed.is_some() {
                return None;
            }
            if let Some(batch) = state.waiting.pop_front() {
                // Not at once, so that the walk gets some way before it waits again.
                if state.waiting.len() == WAITING_MAX / 2 {
                    self.room.notify_one();
                }
                return Some(batch);
            }
            if state.walked {
                return None;
            }
            self.room.notify_one();
            state.idle_workers += 1;
            state = wait(&self.batch, state);
            state.idle_workers -= 1;
        }
    }
}

fn wait<'a, S>(news: &Condvar, state: MutexGuard<'a, S>) -> MutexGuard<'a, S> {
    news.wait(state).unwrap_or_else(PoisonError::into_inner)
}

/// What [`flow`] hands to the one who takes.
struct Outcomes<'a, B, P, T, E> {
    shared: &'a Shared<B, P, T, E>,
    over: bool,
}

impl<B, P, T, E> Iterator for Outcomes<'_, B, P, T, E> {
    type Item = Result<Step<T, P>, E>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut state = self.shared.lock();
        while !self.over {
            if let Some(error) = state.failed.take() {
                self.over = true;
                drop(state);
                self.shared.stop();
                return Some(Err(error));
            }
            if let Some(Some(_)) = state.outcomes.front() {
                let outcome = state.outcomes.pop_front()??;
                state.taken += 1;
                let had_room = state.has_room();
                state.under_way -= outcome.files;
                if !had_room && state.has_room() {
                    self.shared.room.notify_one();
                }
                return Some(Ok(outcome.step));
            }
            // Stopped before the end means that a thread panicked, and its panic is on the way here.
            if state.stopped || (state.walked && state.outcomes.is_empty() && state.workers == 0) {
                self.over = true;
                return None;
            }
            state.taker_waits = true;
            state = wait(&self.shared.outcome, state);
            state.taker_waits = false;
        }
        None
    }
}
