//! The only place that tells the time.

use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};
use time::OffsetDateTime;

/// When something began.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Began(Instant);

impl Began {
    pub(crate) fn now() -> Began {
        Began(Instant::now())
    }

    /// Seconds since then, by a clock that never goes back.
    pub(crate) fn seconds(self) -> f64 {
        self.0.elapsed().as_secs_f64()
    }
}

/// CPU seconds that this program has used, on all its threads.
pub(crate) fn cpu_seconds() -> f64 {
    seconds_of(ClockId::ProcessCPUTime)
}

/// CPU seconds that this thread has used: what others do on the machine does not count.
pub(crate) fn own_cpu_seconds() -> f64 {
    seconds_of(ClockId::ThreadCPUTime)
}

fn seconds_of(clock: ClockId) -> f64 {
    let told = clock_gettime(clock);
    told.tv_sec as f64 + told.tv_nsec as f64 / 1e9
}

/// Today as a person writes it and as a machine does: ("21 November 2026, 04:38 UTC", "2026-11-21T04:38:09Z").
pub(crate) fn today() -> (String, String) {
    let now = OffsetDateTime::now_utc();
    let (year, month, day) = now.to_calendar_date();
    let (hour, minute, second) = now.to_hms();
    (
        format!("{day} {month} {year}, {hour:02}:{minute:02} UTC"),
        format!("{year}-{:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z", u8::from(month)),
    )
}

/// Lets a little time pass, for a process that was asked to end.
pub(crate) fn pause(milliseconds: u64) {
    std::thread::sleep(Duration::from_millis(milliseconds));
}
