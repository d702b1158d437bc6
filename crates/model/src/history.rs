//! The entries in order and the register they add up to, with commands that were taken back left out.

use std::collections::{BTreeMap, BTreeSet};

use crate::entry::Entry;
use crate::event::Event;
use crate::event::Undone;
use crate::reference::CommandId;
use crate::refusal::Refusal;
use crate::register::{Register, Stamp};
use crate::size::EntryNumber;

/// A replayed ledger, or the part of one that a pack carries: numbers rise but may leave gaps.
#[derive(Clone, Debug, Default)]
pub struct History {
    entries: Vec<(EntryNumber, Entry)>,
    register: Register,
    /// Every command there has been.
    commands: BTreeSet<CommandId>,
    /// The commands left out.
    undone: BTreeSet<CommandId>,
}

/// A recorded entry that breaks a rule: whoever wrote it did not go through the rule book.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// The rules refuse it.
    #[error("entry {entry} breaks a rule: {refusal}")]
    Rule {
        /// Which entry.
        entry: EntryNumber,
        /// Which rule.
        refusal: Refusal,
    },
    /// Its number does not follow.
    #[error("entry {entry} does not follow entry {last}")]
    Number {
        /// Which entry.
        entry: EntryNumber,
        /// The one before.
        last: EntryNumber,
    },
    /// Its command was given before, or by somebody else.
    #[error("entry {entry} carries the command `{command}`, which is another's")]
    Command {
        /// Which entry.
        entry: EntryNumber,
        /// The command.
        command: CommandId,
    },
    /// It is recorded earlier than the one before.
    #[error("entry {entry} is recorded earlier than the one before it")]
    Time {
        /// Which entry.
        entry: EntryNumber,
    },
}

impl History {
    /// No entries.
    pub fn new() -> History {
        History::default()
    }

    /// What the entries add up to.
    pub fn register(&self) -> &Register {
        &self.register
    }

    /// The entries with their numbers, oldest first.
    pub fn entries(&self) -> &[(EntryNumber, Entry)] {
        &self.entries
    }

    /// Whether the command was taken back.
    pub fn is_undone(&self, command: &CommandId) -> bool {
        self.undone.contains(command)
    }

    /// The entries of a command.
    pub fn of_command<'a>(&'a self, command: &'a CommandId) -> impl Iterator<Item = &'a (EntryNumber, Entry)> {
        self.entries.iter().filter(move |(_, entry)| &entry.command == command)
    }

    /// Says why `event` may not follow. Reads only.
    ///
    /// # Errors
    /// The first rule it breaks.
    pub fn check(&self, stamp: &Stamp<'_>, event: &Event) -> Result<(), Refusal> {
        self.register.check(stamp, event)?;
        match event {
            Event::Undone(undone) => self.without(stamp, undone).map(|_| ()),
            _ => Ok(()),
        }
    }

    /// Says why `entries`, the first of which would get the number `next`, may not follow one after the other. Reads
    /// only.
    ///
    /// # Errors
    /// The first rule that one of them breaks.
    pub fn check_all(&self, next: EntryNumber, entries: &[Entry]) -> Result<(), Refusal> {
        let [first, rest @ ..] = entries else { return Err(Refusal::NothingChanges) };
        self.check(&first.stamp(), &first.event)?;
        if rest.is_empty() {
            return Ok(());
        }
        if entries.iter().any(|entry| matches!(entry.event, Event::Undone(_))) {
            return Err(Refusal::Permanent("an undo given together with other entries"));
        }
        let mut register = self.register.clone();
        register.take(next, &first.stamp(), &first.event);
        for (number, entry) in (next.index() + 1..).map(EntryNumber::new).zip(rest) {
            register.check(&entry.stamp(), &entry.event)?;
            register.take(number, &entry.stamp(), &entry.event);
        }
        Ok(())
    }

    /// Moves forward by one recorded entry. Refuses what [`History::check`] refuses, so that a ledger that breaks a
    /// rule is reported at its entry rather than absorbed.
    ///
    /// # Errors
    /// When the entry breaks a rule, or its number or time does not follow.
    pub fn append(&mut self, number: EntryNumber, entry: Entry) -> Result<(), Broken> {
        if let Some((last, before)) = self.entries.last() {
            if number <= *last {
                return Err(Broken::Number { entry: number, last: *last });
            }
            if entry.recorded_at < before.recorded_at {
                return Err(Broken::Time { entry: number });
            }
            // A command's entries stand together and are one person's: an undo takes back exactly them.
            let goes_on = before.command == entry.command && before.by == entry.by;
            if !goes_on && self.commands.contains(&entry.command) {
                return Err(Broken::Command { entry: number, command: entry.command });
            }
        }
        let broken = |refusal| Broken::Rule { entry: number, refusal };
        self.register.check(&entry.stamp(), &entry.event).map_err(broken)?;
        if let Event::Undone(undone) = &entry.event {
            let (commands, register) = self.without(&entry.stamp(), undone).map_err(broken)?;
            self.undone = commands;
            self.register = register;
        } else {
            self.register.take(number, &entry.stamp(), &entry.event);
        }
        self.commands.insert(entry.command.clone());
        self.entries.push((number, entry));
        Ok(())
    }

    /// The commands left out and the register, once `undone` is obeyed too. Costs two replays: one as things stand, so
    /// that a check is seen to be about the same entries in both. A second person's word must not come to stand on
    /// something they never saw.
    fn without(&self, stamp: &Stamp<'_>, undone: &Undone) -> Result<(BTreeSet<CommandId>, Register), Refusal> {
        let unknown = || Refusal::Unknown { noun: "command", id: undone.command.to_string() };
        let given: Vec<&Entry> = self.of_command(&undone.command).map(|(_, entry)| entry).collect();
        let first = given.first().ok_or_else(unknown)?;
        if &first.by != stamp.by {
            return Err(Refusal::NotYours { by: first.by.clone() });
        }
        if self.undone.contains(&undone.command) {
            return Err(Refusal::NothingChanges);
        }
        for entry in &given {
            match &entry.event {
                Event::RegisterOpened(_) => return Err(Refusal::Permanent("opening the register")),
                Event::PackBuilt(_) => return Err(Refusal::Permanent("a pack that was built")),
                Event::EvidenceWithdrawn(event) if event.erased => {
                    return Err(Refusal::Permanent("erasing evidence"));
                }
                _ => {}
            }
        }
        let commands = self.left_out(undone);
        let (mut register, mut standing) = (Register::default(), Register::default());
        for (number, entry) in self.entries.iter().filter(|(_, entry)| !matches!(entry.event, Event::Undone(_))) {
            let stands = !self.undone.contains(&entry.command);
            if !commands.contains(&entry.command) {
                let rests = |because| Refusal::RestsOnIt { entry: *number, because: Box::new(because) };
                register.check(&entry.stamp(), &entry.event).map_err(rests)?;
                if stands && register.checked_by(&entry.event) != standing.checked_by(&entry.event) {
                    let what = "what was checked".to_owned();
                    return Err(rests(Refusal::NothingToCheck { what }));
                }
                register.take(*number, &entry.stamp(), &entry.event);
            }
            if stands {
                standing.take(*number, &entry.stamp(), &entry.event);
            }
        }
        Ok((commands, register))
    }

    /// Which commands are left out once `last` is obeyed: an undo holds unless a later undo in force takes it back.
    fn left_out(&self, last: &Undone) -> BTreeSet<CommandId> {
        let earlier = self.entries.iter().filter_map(|(_, entry)| match &entry.event {
            Event::Undone(undone) => Some((&entry.command, undone)),
            _ => None,
        });
        let mut targets: BTreeMap<&CommandId, bool> = BTreeMap::from([(&last.command, true)]);
        for (command, undone) in earlier.collect::<Vec<_>>().into_iter().rev() {
            let holds = !targets.get(command).copied().unwrap_or(false);
            if holds {
                targets.insert(&undone.command, true);
            }
        }
        targets.into_keys().cloned().collect()
    }
}
