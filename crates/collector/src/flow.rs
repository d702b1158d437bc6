//! The flow of a long piece of work: one thread walks, several deal with what it meets, and the caller takes the outcomes
//! in the order of the walk.
//!
//! What is under way is bounded: a walk that is far ahead of the slowest worker waits. So memory does not grow with the
//! tree, and a slow file holds up only what comes long after it. A worker that meets a huge file leaves the rest of its
//! batch to the others. Must never lose an outcome, or change the order.

use std::collections::{BTreeMap, VecDeque};
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

/// Leaves the rest of a batch, and how many files it is, to whichever worker is free. To be called once a batch at most,
/// and the outcome of the batch is then that of what came before the rest.
pub(crate) type Leave<'a, B> = &'a mut dyn FnMut(B, usize);

/// Where in the order an outcome comes: which item of the walk it belongs to, and which part of that.
type Place = (usize, usize);

/// How many threads deal with files unless somebody says otherwise: one a core, and at least four, because a disk or a
/// server that has to look for something can look for several things at once.
pub(crate) fn usual_workers() -> NonZeroUsize {
    const LEAST: NonZeroUsize = NonZeroUsize::new(4).expect("four is not zero");
    thread::available_parallelism().unwrap_or(LEAST).max(LEAST)
}

/// Walks, works and hands the outcomes to `take`, which runs on this thread. `begin` makes what a worker keeps from one
/// batch to the next, `work` deals with a batch, or with the beginning of one whose rest it [leaves](Leave) to the other
/// workers; `end` puts the worker's things away, and the outcomes are over once every worker has. A failure ends
/// everything.
pub(crate) fn flow<B, P, S, T, E, R>(
    walk: impl Iterator<Item = Item<B, P>> + Send,
    workers: NonZeroUsize,
    begin: impl Fn() -> Result<S, E> + Sync,
    work: impl Fn(&mut S, B, Leave<'_, B>) -> Result<T, E> + Sync,
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
                    shared.work(|batch, leave| work(&mut own, batch, leave));
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
    waiting: VecDeque<(Place, B, usize)>,
    /// Outcomes not yet taken; `None` where a worker is still at it.
    outcomes: BTreeMap<Place, Option<Outcome<T, P>>>,
    /// How many items the walk has handed over.
    items: usize,
    under_way: usize,
    walked: bool,
    stopped: bool,
    failed: Option<E>,
    /// Workers that have not put their things away.
    workers: usize,
    idle_workers: usize,
    /// Workers that have a batch, of which they may yet leave a rest.
    busy_workers: usize,
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
        let ready = self.outcomes.first_key_value().is_some_and(|(_, outcome)| outcome.is_some());
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
            outcomes: BTreeMap::new(),
            items: 0,
            under_way: 0,
            walked: false,
            stopped: false,
            failed: None,
            workers: workers.get(),
            idle_workers: 0,
            busy_workers: 0,
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
            let place = (state.items, 0);
            state.items += 1;
            match item {
                Item::Work(batch, files) => {
                    state.under_way += files;
                    state.outcomes.insert(place, None);
                    state.waiting.push_back((place, batch, files));
                    if state.idle_workers > 0 && (state.waiting.len() > 1 || state.busy_workers == 0) {
                        self.batch.notify_one();
                    }
                }
                Item::Pass(passed) => {
                    state.under_way += 1;
                    state.outcomes.insert(place, Some(Outcome { files: 1, step: Step::Passed(passed) }));
                    if state.is_worth_taking() {
                        self.outcome.notify_one();
                    }
                }
            }
        }
        self.lock().walked = true;
        self.wake_everybody();
    }

    fn work(&self, mut work: impl FnMut(B, Leave<'_, B>) -> Result<T, E>) {
        while let Some((place, batch, mut files)) = self.next_batch() {
            let mut leave = |rest, left| {
                files -= left;
                self.put_first((place.0, place.1 + 1), rest, left);
            };
            match work(batch, &mut leave) {
                Ok(outcome) => {
                    let mut state = self.lock();
                    state.busy_workers -= 1;
                    state.outcomes.insert(place, Some(Outcome { files, step: Step::Done(outcome) }));
                    if state.is_worth_taking() {
                        self.outcome.notify_one();
                    }
                }
                Err(error) => self.fail(error),
            }
        }
    }

    /// Lets the rest of a batch be the next that a worker takes: whoever takes the outcomes waits for it first.
    fn put_first(&self, place: Place, rest: B, files: usize) {
        let mut state = self.lock();
        state.outcomes.insert(place, None);
        state.waiting.push_front((place, rest, files));
        if state.idle_workers > 0 {
            self.batch.notify_one();
        }
    }

    fn next_batch(&self) -> Option<(Place, B, usize)> {
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
                state.busy_workers += 1;
                return Some(batch);
            }
            if state.walked && state.busy_workers == 0 {
                self.batch.notify_all();
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
            if let Some(first) = state.outcomes.first_entry().filter(|first| first.get().is_some()) {
                let outcome = first.remove()?;
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;

    /// An item of the walk: files, each of which may take long, or something that only keeps its place.
    fn items() -> impl Strategy<Value = Vec<Option<Vec<bool>>>> {
        let batch = prop::collection::vec(prop::bool::weighted(0.2), 1..12);
        prop::collection::vec(prop::option::weighted(0.8, batch), 0..40)
    }

    #[test]
    fn what_is_left_after_the_walk_has_ended_finds_another_worker() {
        let walking = Arc::new(());
        let walk_is_over = Arc::downgrade(&walking);
        let walk = std::iter::once(Item::<u32, ()>::Work(2, 2)).inspect(move |_| drop(Arc::clone(&walking)));
        let (others, is_here) = (Mutex::new(0), Condvar::new());
        let deal = |(): &mut (), files: u32, leave: Leave<'_, u32>| {
            while walk_is_over.upgrade().is_some() {
                thread::yield_now();
            }
            // Time enough for a worker to go home that should not.
            thread::sleep(Duration::from_millis(20));
            if files > 1 {
                leave(1, 1);
            }
            let mut here = others.lock().unwrap_or_else(PoisonError::into_inner);
            *here += 1;
            is_here.notify_all();
            // Whoever waits alone gives up, so that the test fails and does not hang.
            let waited = is_here.wait_timeout_while(here, Duration::from_secs(20), |here| *here < 2);
            Ok::<bool, ()>(waited.is_ok_and(|(_, waited)| !waited.timed_out()))
        };
        let two = NonZeroUsize::MIN.saturating_add(1);
        let side_by_side = flow(
            walk,
            two,
            || Ok(()),
            deal,
            |()| Ok(()),
            |steps| steps.filter(|step| matches!(step, Ok(Step::Done(true)))).count(),
        );
        assert_eq!(side_by_side, 2);
    }

    proptest! {
        /// The law that makes a manifest sorted, whoever has read what.
        #[test]
        fn everything_comes_once_and_in_order_whoever_dealt_with_it(items in items(), workers in 1..6_usize) {
            let mut numbers = 0_u32..;
            let mut number = |takes_long: bool| (numbers.next().unwrap_or_default(), takes_long);
            let walk: Vec<Item<Vec<(u32, bool)>, u32>> = items
                .into_iter()
                .map(|item| match item {
                    Some(files) => Item::Work(files.iter().map(|long| number(*long)).collect(), files.len()),
                    None => Item::Pass(number(false).0),
                })
                .collect();
            let count = number(false).0;
            let deal = |(): &mut (), mut batch: Vec<(u32, bool)>, leave: Leave<'_, Vec<(u32, bool)>>| {
                let first_long = batch.iter().position(|(_, takes_long)| *takes_long);
                let rest = first_long.map(|at| batch.split_off(at + 1)).unwrap_or_default();
                if !rest.is_empty() {
                    let left = rest.len();
                    leave(rest, left);
                }
                Ok::<Vec<u32>, ()>(batch.into_iter().map(|(number, _)| number).collect())
            };
            let workers = NonZeroUsize::new(workers).unwrap_or(NonZeroUsize::MIN);
            let mut taken = Vec::new();
            flow(walk.into_iter(), workers, || Ok(()), deal, |()| Ok(()), |steps| {
                for step in steps {
                    match step {
                        Ok(Step::Done(numbers)) => taken.extend(numbers),
                        Ok(Step::Passed(number)) => taken.push(number),
                        Err(()) => {}
                    }
                }
            });
            prop_assert_eq!(taken, (0..count).collect::<Vec<_>>());
        }
    }
}
