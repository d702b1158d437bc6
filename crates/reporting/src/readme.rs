//! `README.txt` of a pack: what it is and how to check it, in plain ASCII for whatever opens it.

use crate::index::PackPage;
use crate::pack::{
    CHECKPOINT, ENTRIES, EVIDENCE_FOLDER, GROWTH_FOLDER, MANIFEST, MANIFEST_FOLDER, PAGE, PLAN, PROOF_FOLDER,
    SIGNATURE, STATEMENT, TAG_MANIFEST,
};
use crate::page::check::{Check, Command};

/// Columns of text. Commands may be longer: a broken command is no command.
const WIDTH: usize = 78;

/// The text, with line feeds.
pub fn text(page: &PackPage<'_>) -> String {
    let mut out = Text(String::new());
    let check = Check::of(page);
    what_it_is(&mut out, page);
    steps(&mut out, &check);
    history(&mut out, &check);
    places(&mut out);
    out.0
}

struct Text(String);

impl Text {
    fn heading(&mut self, heading: &str) {
        self.0.push_str(&format!("\n{heading}\n{}\n", "-".repeat(heading.len())));
    }

    /// A paragraph, broken at the width.
    fn say(&mut self, paragraph: &str) {
        let mut column = 0;
        for word in ascii(paragraph).split_whitespace() {
            if column > 0 && column + 1 + word.len() > WIDTH {
                self.0.push('\n');
                column = 0;
            } else if column > 0 {
                self.0.push(' ');
                column += 1;
            }
            // A word longer than a line is cut: nothing that people are to copy goes through here.
            for letter in word.chars() {
                if column == WIDTH {
                    self.0.push('\n');
                    column = 0;
                }
                self.0.push(letter);
                column += 1;
            }
        }
        self.0.push_str("\n\n");
    }

    fn commands(&mut self, commands: &[Command]) {
        for command in commands {
            self.command(command.machine, &command.text);
        }
    }

    /// Commands as they are typed. A long one for a Unix shell goes on after a backslash.
    fn command(&mut self, on: &str, command: &str) {
        self.0.push_str(&format!("{on}:\n"));
        let goes_on = if on.starts_with("Windows") { "" } else { "\\" };
        for line in command.lines() {
            self.line(line, goes_on);
        }
        self.0.push('\n');
    }

    fn line(&mut self, line: &str, goes_on: &str) {
        if goes_on.is_empty() {
            self.0.push_str(&format!("  {line}\n"));
            return;
        }
        let mut row = String::from("  ");
        for word in line.split(' ') {
            let long = row.len() + 1 + word.len() + goes_on.len() + 1 > WIDTH;
            if long && row.trim().len() > 1 {
                self.0.push_str(&format!("{row} {goes_on}\n"));
                row = String::from("   ");
            } else if row != "  " {
                row.push(' ');
            }
            row.push_str(word);
        }
        self.0.push_str(&format!("{row}\n"));
    }
}

/// Plain ASCII in which a sign that has no letter of its own becomes a question mark.
fn ascii(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '£' => plain.push_str("GBP "),
            '‘' | '’' => plain.push('\''),
            '“' | '”' => plain.push('"'),
            '–' | '—' => plain.push('-'),
            '…' => plain.push_str("..."),
            ' '..='~' => plain.push(letter),
            _ if letter.is_whitespace() => plain.push(' '),
            _ => plain.push('?'),
        }
    }
    plain
}

fn what_it_is(out: &mut Text, page: &PackPage<'_>) {
    let subject = &page.subject;
    let title = ascii(&format!("EVIDENCE PACK {}", page.pack_id));
    out.0.push_str(&format!("{title}\n{}\n\n", "=".repeat(title.len())));
    if subject.register.is_demonstration() {
        out.say(
            "DEMONSTRATION. The register tells a story. It is no council's own record, and nothing here is evidence.",
        );
    }
    out.say(&format!(
        "{}. {}: the position on {}, as known from {} entries of the ledger.",
        subject.name(),
        subject.scheme.title,
        subject.as_of.on,
        subject.as_of.known
    ));
    out.say(&format!(
        "This folder is a BagIt bag (RFC 8493). It holds the evidence, the ledger entries that concern it, and proofs that \
         those entries are in the ledger. Open {PAGE} to read it: that page needs no network and sends nothing."
    ));
}

fn steps(out: &mut Text, check: &Check) {
    out.heading("Check this pack");
    out.say("Open a terminal in this folder. Nothing below needs any program of ours.");
    out.say(&format!(
        "STEP 1. Is it the pack you were told of? Ask the council for the pack's number by another route than the one by \
         which the pack came: by telephone, by letter or out of the minutes. Compare it with the SHA-256 of \
         {TAG_MANIFEST}, which covers every byte of the pack."
    ));
    out.commands(&check.number);
    out.say(
        "STEP 2. Is every file as it was? This finds files that were changed or are missing. Files that were added stand \
         in neither list; the check inside the page reports them.",
    );
    out.commands(&check.files);
    out.say(&format!(
        "STEP 3. Who signed it? Save the trust file as allowed_signers in this folder first. The identity is {}, and the \
         key's fingerprint is {}.",
        check.identity, check.fingerprint
    ));
    out.commands(check.signer.get(..1).unwrap_or_default());
    out.command("Windows PowerShell", &check.signer_powershell);
    out.say(
        "Windows needs OpenSSH 8.1 or later; ssh -V says which is there. Older builds of Windows 10 have 7.x, which has \
         no such check, and OpenSSH Client is an optional feature that may have to be added. In PowerShell use the \
         commands as they stand, with cmd /c: a PowerShell pipe changes the text on its way, and the signature then does \
         not match. Steps 1 and 2 stand without this one.",
    );
    out.say(
        "Where to get the trust file: from the council, by another route than the pack, as with the number in step 1. A \
         trust file that lies in the pack, or came with it, proves nothing: whoever made up a pack could make up that \
         too. It is one line of text with the identity and the public key; keep it for next year.",
    );
}

fn history(out: &mut Text, check: &Check) {
    out.say("STEP 4. Has anything been taken out of the ledger since?");
    match &check.ledger {
        Some(ledger) => {
            out.say(&format!(
                "When this pack was made, the council's ledger had {} bytes. Their SHA-256 was",
                ledger.bytes
            ));
            out.0.push_str(&format!("  {}\n\n", ledger.sha256));
            out.say(&format!(
                "Both numbers stand in {CHECKPOINT}, which is signed. Next year, ask for the ledger, ledger.jsonl: its \
                 first {} bytes must still give that number. Today, do the same with the numbers in last year's pack.",
                ledger.bytes
            ));
            out.commands(&ledger.commands);
        }
        None => out.say("The checkpoint of this pack does not give the ledger's length, so stock tools cannot say."),
    }
    out.heading("Self-signed history only");
    out.say(
        "The council signs its own ledger. The signature shows that nobody else changed it, and step 4 shows that the \
         council has not changed what it once showed you. Neither shows that an entry was true when it was written, nor \
         that it was written on the day it says: no outside party has put a time on it, unless the checkpoint carries \
         the signature of one. A checkpoint that you keep from year to year is what makes a change visible.",
    );
}

fn places(out: &mut Text) {
    out.heading("What is where");
    for (place, what) in [
        (PAGE, "the page for people"),
        (TAG_MANIFEST, "SHA-256 of every file beside the evidence"),
        (SIGNATURE, "the signature over that list"),
        (MANIFEST, "SHA-256 of every file under data/"),
        (CHECKPOINT, "the signed size and digest of the ledger"),
        (EVIDENCE_FOLDER, "the evidence files, named by their digests"),
        (MANIFEST_FOLDER, "the true names of those files"),
        (ENTRIES, "the ledger entries that concern this pack"),
        (PROOF_FOLDER, "proofs that those entries are in the ledger"),
        (GROWTH_FOLDER, "proofs that the ledger continues earlier packs"),
        (PLAN, "the remediation action plan"),
        (STATEMENT, "the figures, for machines"),
    ] {
        out.0.push_str(&format!("  {place:<28} {what}\n"));
    }
}
