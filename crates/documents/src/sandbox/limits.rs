//! The limits that a reading child sets itself. They can be lowered and never raised again.

/// Address space: eight times the longest document. Of documents of that length made to cost most, the dearest took 273
/// MiB (one of UTF-16, and a PDF that unpacks to 112 MB); the program maps 37 MiB before it reads the first.
pub const MEMORY_BYTES_MAX: u64 = 512 * 1024 * 1024;

/// Processor time over a child's whole life, for the case that its parent is gone and cannot stop it. A parent replaces
/// a child after ten minutes of reading, and waits at most five minutes for one document: 900 seconds are never reached
/// while it watches.
pub const CPU_SECONDS_MAX: u64 = 900;

/// Lowers this process's limits: memory, processor time, no file to write, none to open, no core file, no process to
/// start; on Linux also no privilege to gain and no life after the parent's.
///
/// # Errors
/// When the system refuses one of them: then no document must be read.
#[cfg(unix)]
pub fn lower() -> std::io::Result<()> {
    use rustix::process::Resource;

    keep_below(Resource::Core, 0)?;
    keep_below(Resource::Fsize, 0)?;
    // The three that are open already.
    keep_below(Resource::Nofile, 3)?;
    keep_below(Resource::Cpu, CPU_SECONDS_MAX)?;
    // Apple's systems map more than this before `main`, and refuse.
    #[cfg(not(target_vendor = "apple"))]
    keep_below(Resource::As, MEMORY_BYTES_MAX)?;
    #[cfg(any(target_os = "linux", target_os = "android"))]
    {
        keep_below(Resource::Nproc, 0)?;
        rustix::thread::set_no_new_privs(true)?;
        rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))?;
    }
    Ok(())
}

/// Where the system has no such limits, the parent's watch is the only one.
///
/// # Errors
/// Never.
#[cfg(not(unix))]
pub fn lower() -> std::io::Result<()> {
    Ok(())
}

/// Sets a limit, unless a lower one is there already.
#[cfg(unix)]
fn keep_below(resource: rustix::process::Resource, limit: u64) -> std::io::Result<()> {
    use rustix::process::{Rlimit, getrlimit, setrlimit};

    let lower = |found: Option<u64>| Some(found.map_or(limit, |found| found.min(limit)));
    let Rlimit { current, maximum } = getrlimit(resource);
    Ok(setrlimit(resource, Rlimit { current: lower(current), maximum: lower(maximum) })?)
}
