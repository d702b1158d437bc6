//! The only place where the time of day and randomness come in.

use std::time::Instant;

use portreeve_collector::FileTime;
use portreeve_model::Moment;
use portreeve_model::reference::CommandId;
use time::OffsetDateTime;

use crate::error::EngineError;

/// The instant it is now.
pub(crate) fn now() -> Moment {
    Moment::at(OffsetDateTime::now_utc())
}

/// The instant it is now, as a file system would say it.
pub(crate) fn file_time() -> FileTime {
    let now = OffsetDateTime::now_utc();
    FileTime { seconds: now.unix_timestamp(), nanoseconds: now.nanosecond() }
}

/// The instant that a file system has written down as `time`.
pub(crate) fn moment_of(time: FileTime) -> Moment {
    let instant = OffsetDateTime::from_unix_timestamp(time.seconds);
    Moment::at(instant.unwrap_or(OffsetDateTime::UNIX_EPOCH))
}

/// A point from which to measure how long something takes. It is no time of day.
pub(crate) fn stopwatch() -> Instant {
    Instant::now()
}

/// A command id that nobody has used: 128 bits of the operating system's randomness.
pub(crate) fn fresh_command() -> Result<CommandId, EngineError> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(|error| EngineError::Randomness(error.to_string()))?;
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(digits.parse().expect("hexadecimal digits are a command reference"))
}
