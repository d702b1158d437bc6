//! A thread that flushes, so that the one that reads and hashes does not wait for the disk.
//!
//! It flushes a pack bit by bit while that is filled, then names it while the next one is filled. No order waits in
//! between: who fills the next pack before the last one has its name waits for that, so a hand has two packs at most.
//!
//! Must never say that it is done before everything it was given has its name.

use std::fs::File;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::{Builder, JoinHandle};

use super::disk::io_error;
use super::files::Shared;
use super::pack_writer::PackWriter;
use crate::BlobError;

pub(super) struct Sealer {
    orders: SyncSender<Order>,
    thread: JoinHandle<Result<(), BlobError>>,
}

enum Order {
    /// Flush what has been written to this file so far.
    Flush(File),
    /// Publish a complete pack.
    Seal(Box<PackWriter>),
}

impl Sealer {
    pub(super) fn start(shared: Arc<Shared>) -> Result<Sealer, BlobError> {
        let (orders, taken) = sync_channel(0);
        let failed = |source| io_error("start a thread for", &shared.packs.folder, source);
        let for_thread = Arc::clone(&shared);
        let work = move || carry_out(&taken, &for_thread);
        let thread = Builder::new().name("sealing packs".into()).spawn(work).map_err(failed)?;
        Ok(Sealer { orders, thread })
    }

    /// Asks for a flush, unless the thread is busy: then the next one, or sealing, takes this with it.
    pub(super) fn flush(&self, file: File) -> Result<(), BlobError> {
        match self.orders.try_send(Order::Flush(file)) {
            Ok(()) | Err(TrySendError::Full(_)) => Ok(()),
            Err(TrySendError::Disconnected(_)) => Err(ended()),
        }
    }

    /// Asks for a complete pack to be published.
    pub(super) fn seal(&self, pack: PackWriter) -> Result<(), BlobError> {
        self.orders.send(Order::Seal(Box::new(pack))).map_err(|_| ended())
    }

    /// Waits until all is done.
    pub(super) fn finish(self) -> Result<(), BlobError> {
        drop(self.orders);
        self.thread.join().unwrap_or_else(|_| Err(ended()))
    }
}

/// Whoever meets this asks the thread why, see `FileHand::failing`.
fn ended() -> BlobError {
    BlobError::Unsettled { because: "the thread that flushes packs has ended".to_owned() }
}

fn carry_out(orders: &Receiver<Order>, shared: &Shared) -> Result<(), BlobError> {
    // The first failure ends the thread: its hand finds nobody at the other end, and asks why.
    for order in orders {
        match order {
            Order::Flush(file) => {
                let flushed = file.sync_data();
                flushed.map_err(|source| io_error("flush a pack in", &shared.packs.incoming, source))
            }
            Order::Seal(pack) => seal(*pack, shared),
        }
        .inspect_err(|error| shared.fail(error))?;
    }
    Ok(())
}

/// Publishes a pack, after which its members are found in it and no longer among what is being filled.
pub(super) fn seal(pack: PackWriter, shared: &Shared) -> Result<(), BlobError> {
    let contents = Arc::clone(pack.contents());
    pack.publish(&shared.packs)?;
    shared.filling.end(&contents);
    Ok(())
}
