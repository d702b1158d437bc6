//! What to do about a failure. The crates below say what is wrong; what a person can do about it at this door is said
//! here and nowhere else.

use portreeve_engine::{CollectError, EngineError, Kind, NotComparable};
use portreeve_model::Register;
use portreeve_model::reference::PersonId;
use portreeve_model::refusal::Refusal;
use portreeve_model::words::Role;

use crate::door::{give_role, present};
use crate::failure::Failure;
use crate::near::nearest;
use crate::resolve::{adopt_framework, adopt_scheme, did_you_mean};

/// At most this many files are named: the rest are counted.
const GAPS_SHOWN_MAX: usize = 10;

/// What to do when something is not as it was recorded.
pub(crate) const DAMAGED_HELP: &str = "leave the damaged files as they are, restore a copy of the register's folder from a backup, \
                            then run `portreeve verify` on the copy";

/// Adds advice that the command did not give itself.
pub(crate) fn add(mut failure: Failure, register: Option<&Register>) -> Failure {
    if let Some(error) = failure.cause.take() {
        let advice =
            match error.as_ref() {
                // Who may do it has been found out by asking the rule book for each person.
                EngineError::Refused(
                    Refusal::NotAllowed { .. } | Refusal::OwnWork { .. } | Refusal::NothingChanges,
                ) if !failure.help.is_empty() => Vec::new(),
                EngineError::Refused(refusal) => about_refusal(refusal, register),
                other => about(other),
            };
        failure.help.extend(advice);
        failure.cause = Some(error);
    }
    if failure.help.is_empty() {
        failure.help.push("add `--help` to the command to see what it takes".to_owned());
    }
    failure
}

fn about(error: &EngineError) -> Vec<String> {
    let line = match error {
        EngineError::NotARegister { .. } => {
            return vec![
                "name its folder with `--register DIR` or the environment variable PORTREEVE_REGISTER".to_owned(),
                "or make one: `portreeve init --help`; or look around in one: `portreeve demo`".to_owned(),
            ];
        }
        EngineError::Exists { .. } => "choose another place; nothing is ever written over",
        EngineError::BadSettings { .. } => {
            "put the folder's `register.json` back from a backup; nothing else was touched"
        }
        EngineError::NothingLeft { .. } => {
            return vec![
                "see that the share is mounted; if it is elsewhere now, name it with `--from DIR`".to_owned(),
                "if it was emptied indeed, record that with `--gaps-will-do`".to_owned(),
            ];
        }
        EngineError::InUse { .. } => "nothing was done; give the command again when the other one has ended",
        EngineError::NewerSettings { .. } => {
            "use the newer version; if there is none, put `register.json` back from a backup"
        }
        EngineError::BadLastSigned { .. } => {
            "put it back from a backup; or have `portreeve verify --checkpoint FILE` compare the register with a checkpoint kept \
             elsewhere, and then remove the copy: the next entry makes it again"
        }
        EngineError::KeyInside { .. } => "name a place outside with `--key FILE`, best on another disk or machine",
        EngineError::Unknown { noun: "adopted framework", given, near } => {
            let near = nearest(given, near);
            let adopt = format!("adopt it: `{}`", adopt_framework(given));
            return if near.is_empty() { vec![adopt] } else { vec![did_you_mean(&near), adopt] };
        }
        EngineError::Unknown { noun: "adopted scheme", given, .. } => {
            return vec![format!("adopt it: `{}`", adopt_scheme(given))];
        }
        EngineError::Unknown { near, given, .. } => return meant(given, near),
        EngineError::NotComparable(problem) => return vec![not_comparable(problem)],
        EngineError::Io { .. } => "see that the path is right, that there is room, and that you may use it",
        EngineError::Collect(CollectError::Stopped) => {
            "nothing was recorded; the same command goes on from here and reads nothing twice"
        }
        EngineError::ReadingStopped { goes_on: true } => "the same command goes on from here",
        EngineError::ReadingStopped { goes_on: false } => "the same command begins at the beginning",
        EngineError::OtherQuestion => {
            "give it with the question whose answer ended there, word for word, or leave out `--after` to begin anew"
        }
        EngineError::NoFolder { .. } => "say where it is with `--from DIR`",
        EngineError::Pattern(_) => "see `portreeve evidence collect --help` for what a pattern may say",
        EngineError::Incomplete { omitted } => {
            let named = omitted.gaps().iter().take(GAPS_SHOWN_MAX);
            let mut lines: Vec<String> = named.map(|gap| format!("not taken: {} ({})", gap.path, gap.reason)).collect();
            let further = omitted.gap_count() - lines.len() as u64;
            if further > 0 {
                lines.push(format!("and {further} more"));
            }
            lines.push("make them readable, or record what there is with `--gaps-will-do`".to_owned());
            return lines;
        }
        EngineError::Catalogue { .. } => "mend the file at the places named and try again; nothing was recorded",
        EngineError::ErasedSince { on, .. } => {
            return vec![
                format!("ask as of a day from {on} on: what was erased is left out then, and the pack says so"),
                "a pack that was built before still holds it and still verifies: whoever keeps a copy decides about it"
                    .to_owned(),
            ];
        }
        EngineError::Key(_) => {
            "see that the key file is where the register's `register.json` says, and readable only by you"
        }
        EngineError::Randomness(_) => "try again; if it stays so, the operating system is not in order",
        other => match other.kind() {
            Kind::Integrity => DAMAGED_HELP,
            Kind::Bug => "this is a mistake in Portreeve: please report it with the command and this message",
            Kind::Environment => {
                "see that the disk has room, that you may write to it, and that the register is not in use elsewhere; then try again"
            }
            Kind::Usage | Kind::Refused => {
                "`portreeve status` shows where things stand; add `--help` for what a command takes"
            }
        },
    };
    vec![line.to_owned()]
}

/// The pair that would do, or where to look for one.
fn not_comparable(problem: &NotComparable) -> String {
    match problem {
        NotComparable::Same(_) | NotComparable::Withdrawn { .. } | NotComparable::NoFiles { .. } => {
            "`portreeve evidence list` shows what there is; both need a file".to_owned()
        }
        NotComparable::InPlace { .. } => {
            "take in the two files to be compared: `portreeve evidence add FILE …`".to_owned()
        }
        NotComparable::Kinds { .. } => "`portreeve evidence list` shows the kind of each".to_owned(),
        NotComparable::Order { earlier, later, .. } => {
            format!("the earlier one comes first: `portreeve evidence compare {later} {earlier}`")
        }
        NotComparable::NoSuchFile { id, known, .. } => {
            format!("it has {}; `portreeve evidence show {id}` lists all", known.join(", "))
        }
        NotComparable::WhichFile { earlier, later, common } if common.is_empty() => {
            format!("say which with `--file NAME`; `portreeve evidence show {earlier}` and `… show {later}` list them")
        }
        NotComparable::WhichFile { common, .. } => format!("say which with `--file NAME`: {}", common.join(", ")),
        NotComparable::NoPair { action, .. } => {
            format!(
                "`portreeve action show {action}` lists its evidence; or name both items: `evidence compare BEFORE AFTER`"
            )
        }
        NotComparable::WhichKind { kinds, action } => {
            let kind = kinds.first().map_or("KIND", |kind| kind.word());
            format!("say which: `portreeve evidence compare --action {action} --kind {kind}`")
        }
        NotComparable::TooLarge { .. } => "export only the columns or objects that matter".to_owned(),
        NotComparable::Unread { id, .. } => {
            format!("`portreeve evidence show {id}` lists its files; name a CSV or text file with `--file NAME`")
        }
        NotComparable::Unlike(_) => "name a file of each that shows the same thing with `--file NAME`".to_owned(),
    }
}

fn meant(given: &str, known: &[String]) -> Vec<String> {
    let near = nearest(given, known);
    if !near.is_empty() {
        return vec![did_you_mean(&near)];
    }
    if known.is_empty() {
        return vec!["there is none yet".to_owned()];
    }
    vec![format!("known: {}", known.join(", "))]
}

fn about_refusal(refusal: &Refusal, register: Option<&Register>) -> Vec<String> {
    let Some(register) = register else { return Vec::new() };
    let line = match refusal {
        Refusal::Unknown { noun, id } => return unknown(noun, id, register),
        Refusal::Taken {
            noun: "action" | "evidence" | "decision" | "finding" | "risk acceptance" | "certificate",
            ..
        } => "leave the reference out and the next free one is given, or choose another",
        Refusal::Taken { noun: noun @ ("organisation" | "framework" | "person" | "source" | "mapping"), .. } => {
            return vec![format!(
                "it is there already: `portreeve {noun} list` shows it; if another is meant, choose another reference"
            )];
        }
        Refusal::Taken { noun: "option", .. } => "give each option a label of its own",
        Refusal::Taken { noun, .. } if noun.starts_with("finding at this place") => {
            "leave `--order` out and it comes after the last, or give the place the report itself gives"
        }
        Refusal::Taken { .. } => "choose another reference",
        Refusal::NotAllowed { needs, by, .. } => return holders(needs, by, register),
        Refusal::PersonLeft { .. } => "`portreeve person list` shows who is still there",
        Refusal::LastAdministrator { .. } => {
            "give somebody else the role first: `portreeve person roles PERSON --add administrator --reason \"…\"`"
        }
        Refusal::NothingChanges => "it is as you want it already; `show` tells what is recorded",
        Refusal::NotYet { .. } => "record it on the day or after; a planned day goes into `action add … by DATE`",
        Refusal::WrongOrder { .. } => "see which of the two days is wrong",
        Refusal::NotAdopted { framework } => {
            return vec![format!("adopt it first: `{}`", adopt_framework(framework.as_str()))];
        }
        Refusal::NotARequirement { requirement } => {
            let numbers = register.frameworks.values().flat_map(|held| &held.event.requirements);
            let near = nearest(requirement.number.as_str(), numbers);
            return vec![if near.is_empty() {
                "`portreeve requirement list` shows what there is".to_owned()
            } else {
                did_you_mean(&near)
            }];
        }
        Refusal::NotAnIndicator { requirement, .. } => {
            return vec![format!("`portreeve requirement show {requirement}` lists its indicators")];
        }
        Refusal::SchemeNotFor { scheme, organisation } => {
            let going = register.schemes.get(scheme).map(|held| held.event.organisations.clone()).unwrap_or_default();
            let going = going.iter().chain([organisation]).map(|id| format!(" --organisation {id}"));
            return vec![format!(
                "adopt the scheme for it too: `portreeve scheme adopt {scheme}{}`",
                going.collect::<String>()
            )];
        }
        Refusal::SilentRegrade { .. } => "say why with `--severity-reason`, or keep the source's own severity",
        Refusal::NoSuchHost { finding, host } => {
            let Some(held) = register.findings.get(finding) else { return Vec::new() };
            return meant(host.as_str(), &held.hosts.keys().map(ToString::to_string).collect::<Vec<_>>());
        }
        Refusal::NotADuplicate { .. } => "name the finding that stays",
        Refusal::NothingToCheck { .. } => {
            "`portreeve evidence list --waiting` and `portreeve why` show what waits for a check"
        }
        Refusal::OwnWork { .. } => "have somebody else check it: `portreeve person list` shows who holds which role",
        Refusal::WrongState { action, .. } => {
            return vec![format!("`portreeve action show {action}` tells how it came to that")];
        }
        Refusal::NoGround { action } => {
            return vec![
                format!("add what shows it: `portreeve evidence add FILE… --for {action} --kind KIND --shows DATE`"),
                "then somebody who did not add it checks it: `portreeve evidence check E-…`".to_owned(),
            ];
        }
        Refusal::StillThere { finding, .. } => {
            return vec![format!(
                "reopen the action, or record a later re-test: `portreeve finding retest {finding} …`"
            )];
        }
        Refusal::Circle { .. } => "leave out what it should not wait for",
        Refusal::OwnDate { .. } => "have somebody else agree: `--approved-by PERSON`, who holds a role that may",
        Refusal::NotFiles { .. } => "only what was taken in as files can be compared or collected again",
        Refusal::Withdrawn { .. } => "add it again if it is right after all; what was taken back stays taken back",
        Refusal::NotMapped { mapping, .. } => {
            return vec![format!("`portreeve mapping show {mapping}` shows where it leads")];
        }
        Refusal::NotAccepted { evidence, requirement } => {
            return vec![
                format!("what is carried has been accepted first where it comes from: `portreeve why {evidence}`"),
                format!(
                    "link it if it is for `{}` too: `portreeve evidence link {evidence} --for {requirement}`",
                    requirement.number
                ),
            ];
        }
        Refusal::NoSuchOption { decision, option } => {
            let Some(held) = register.decisions.get(decision) else { return Vec::new() };
            return meant(
                option,
                &held.event.options.iter().map(|option| option.label.to_string()).collect::<Vec<_>>(),
            );
        }
        Refusal::Decided { decision } => {
            return vec![format!("`portreeve decision show {decision}` tells what was decided")];
        }
        Refusal::BeyondReach { .. } => return holders(&[Role::Siro], &nobody(), register),
        Refusal::NoPaper { paper, .. } => {
            return vec![if *paper == "minute" {
                "name the minute that shows it: `--minute TEXT`".to_owned()
            } else {
                "add the signed form as evidence and name it: `--form E-…`".to_owned()
            }];
        }
        Refusal::AcceptanceOver { .. } => "`portreeve risk list` shows which still hold",
        Refusal::NotYours { by } => return vec![format!("`{by}` can: `portreeve undo … --as {by}`")],
        Refusal::Permanent(_) => "record what is right now as a new entry",
        Refusal::RestsOnIt { entry, .. } => return vec![format!("undo entry {} first", entry.index())],
        Refusal::NoneNamed { .. } | Refusal::TooMany { .. } => "add `--help` to the command to see what it takes",
        Refusal::NotOpened | Refusal::OpenedAlready => "make a register with `portreeve init`",
    };
    vec![line.to_owned()]
}

fn nobody() -> PersonId {
    "nobody".parse().expect("lower-case letters are a reference")
}

/// Who holds one of the roles, besides the person who was refused.
fn holders(needs: &[Role], but: &PersonId, register: &Register) -> Vec<String> {
    let mut people = present(register, |person| needs.iter().any(|role| person.roles.contains(role)));
    people.retain(|id| id != but.as_str());
    if !people.is_empty() {
        return vec![format!("with such a role: {}", people.join(", "))];
    }
    give_role(register, needs, but)
}

fn unknown(noun: &str, id: &str, register: &Register) -> Vec<String> {
    fn names<K: ToString, V>(held: &std::collections::BTreeMap<K, V>) -> Vec<String> {
        held.keys().map(ToString::to_string).collect()
    }
    let (known, command) = match noun {
        "person" => (names(&register.people), "person list"),
        "organisation" => (names(&register.organisations), "organisation list"),
        "source" => (names(&register.sources), "source list"),
        "finding" => (names(&register.findings), "finding list"),
        "action" => (names(&register.actions), "action list"),
        "evidence" => (names(&register.evidence), "evidence list"),
        "decision" => (names(&register.decisions), "decision list"),
        "risk acceptance" => (names(&register.risks), "risk list"),
        "certificate" => (names(&register.certificates), "certificate list"),
        "scheme" => (names(&register.schemes), "scheme list"),
        "adopted mapping" => (names(&register.mappings), "mapping list"),
        "retention rule" => (names(&register.retention), "retention list"),
        "command" => (Vec::new(), "log"),
        _ => (Vec::new(), "status"),
    };
    let near = nearest(id, &known);
    let shows = format!("`portreeve {command}` shows what there is");
    if near.is_empty() { vec![shows] } else { vec![did_you_mean(&near), shows] }
}
