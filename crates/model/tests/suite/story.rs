//! A ledger told line by line. Every line goes through the same door: what the rule book passes is appended, what it
//! refuses is refused at the append as well and leaves no trace.

use portreeve_model::history::Broken;
use portreeve_model::readiness::{AsOf, GateAnswer, Question, Readiness, readiness};
use portreeve_model::reference::{ActionId, EvidenceId, FindingId};
use portreeve_model::register::action::Action;
use portreeve_model::register::evidence::Evidence;
use portreeve_model::standards::{Framework, Indicator, Requirement, Scheme};
use portreeve_model::standing::{FindingStanding, Flag, Lens};
use portreeve_model::{Day, Entry, EntryNumber, Event, History, LogSize, Moment, Refusal, Register, Stamp};

use super::drafts;

/// The day on which every story has its people, framework and scheme.
pub(crate) const START: &str = "2018-09-03";

/// One person for each role, and the role. The register's clerk opens it.
pub(crate) const PEOPLE: &[(&str, &str)] = &[
    ("clerk", "administrator"),
    ("officer", "security-officer"),
    ("owner", "action-owner"),
    ("checker", "checker"),
    ("head", "head-of-ict"),
    ("siro", "siro"),
    ("chief", "signatory"),
    ("treasurer", "section-151-officer"),
    ("auditor", "internal-auditor"),
    ("tester", "tester"),
    ("assessor", "assessor"),
    ("member", "board-member"),
];

#[derive(Clone)]
pub(crate) struct Story {
    pub(crate) history: History,
    pub(crate) framework: Framework,
    pub(crate) scheme: Scheme,
}

pub(crate) fn day(text: &str) -> Day {
    text.parse().unwrap()
}

/// Nine o'clock of a day, or the instant itself when a whole one is given.
pub(crate) fn moment(text: &str) -> Moment {
    let whole = if text.contains('T') { text.to_owned() } else { format!("{text}T09:00:00Z") };
    whole.parse().unwrap()
}

/// The scheme of the stories, with every kind of gate.
pub(crate) fn scheme() -> Scheme {
    serde_json::from_str(include_str!("scheme.json")).unwrap()
}

/// The framework of the stories: six requirements, two of them with indicators.
pub(crate) fn framework() -> Framework {
    let requirement = |number: &str| Requirement {
        number: number.parse().unwrap(),
        title: format!("Requirement {number}").parse().unwrap(),
        statement: "What the assessor asks for.".to_owned(),
        heading: None,
        indicators: indicators(number),
        target: None,
        confidence: None,
        source: None,
    };
    Framework {
        id: "psn-coco-1.32".parse().unwrap(),
        title: "Code of Connection".parse().unwrap(),
        version: "1.32".parse().unwrap(),
        profile: None,
        requirements: ["R1", "R2", "R3", "R4", "R5", "R6"].map(requirement).into(),
    }
}

fn indicators(number: &str) -> Vec<Indicator> {
    let of = |column: &str, short: &str, count: u8| -> Vec<Indicator> {
        let one = |at: u8| Indicator {
            id: format!("{number}.{short}.{at}").parse().unwrap(),
            column: column.parse().unwrap(),
            text: "What is practised.".to_owned(),
        };
        (1..=count).map(one).collect()
    };
    match number {
        "R4" => [of("achieved", "A", 2), of("partially-achieved", "PA", 1), of("not-achieved", "NA", 1)].concat(),
        "R5" => [of("achieved", "A", 1), of("not-achieved", "NA", 2)].concat(),
        _ => Vec::new(),
    }
}

impl Story {
    /// Nothing at all, not even an opening.
    pub(crate) fn bare() -> Story {
        Story { history: History::new(), framework: framework(), scheme: scheme() }
    }

    /// Two councils, one person for each role, the framework, the scheme and one source, by the start.
    pub(crate) fn new() -> Story {
        let mut story = Story::bare();
        story.record("clerk", START, drafts::opened());
        story.record("clerk", START, drafts::organisation("EHC", "East Herts District Council"));
        story.record("clerk", START, drafts::organisation("SBC", "Stevenage Borough Council"));
        for (id, role) in &PEOPLE[1..] {
            story.record("clerk", START, drafts::person(id, &[role]));
        }
        story.record("officer", START, drafts::framework());
        story.record("officer", START, drafts::scheme());
        story.record("officer", START, drafts::source("ITHC"));
        story
    }

    /// A high finding on the hosts, and an action for all of them.
    pub(crate) fn with_work_on(hosts: &[&str]) -> Story {
        let mut story = Story::new();
        story.record("officer", START, drafts::finding("F-1", "high").with("hosts", hosts.to_vec()));
        story.record("officer", START, drafts::action("A-1", &["F-1"]));
        story
    }

    /// The same, claimed by its owner on evidence that a second person has accepted.
    pub(crate) fn claimed_on(hosts: &[&str]) -> Story {
        let mut story = Story::with_work_on(hosts);
        story.record("owner", "2018-09-05", drafts::evidence("E-1", &["A-1"]));
        story.record("checker", "2018-09-06", drafts::checked("E-1", true));
        story.record("owner", "2018-09-07", drafts::claimed("A-1", "2018-09-07"));
        story
    }

    /// The same, verified.
    pub(crate) fn verified_on(hosts: &[&str]) -> Story {
        let mut story = Story::claimed_on(hosts);
        story.record("checker", "2018-09-08", drafts::verified("A-1"));
        story
    }

    /// Appends an entry under a command of its own, and gives the command's reference.
    pub(crate) fn record(&mut self, by: &str, on: &str, event: impl Into<Event>) -> String {
        let command = format!("c{}", self.history.entries().len());
        self.record_as(&command, by, on, event);
        command
    }

    /// Appends an entry under a given command.
    pub(crate) fn record_as(&mut self, command: &str, by: &str, on: &str, event: impl Into<Event>) {
        let event = event.into();
        let passed = self.check(by, on, &event);
        assert_eq!(passed, Ok(()), "{by} on {on}: {event:?}");
        let entry = Entry::new(command.parse().unwrap(), moment(on), by.parse().unwrap(), event);
        self.history.append(self.next(), entry).unwrap();
    }

    /// Offers an entry that must be refused, and gives the reason.
    pub(crate) fn refuse(&mut self, by: &str, on: &str, event: impl Into<Event>) -> Refusal {
        let event = event.into();
        let Err(refusal) = self.check(by, on, &event) else { panic!("{by} on {on} is not refused: {event:?}") };
        let before = self.history.register().clone();
        let entry = Entry::new("refused".parse().unwrap(), moment(on), by.parse().unwrap(), event);
        match self.history.append(self.next(), entry) {
            Err(Broken::Rule { entry, refusal: same }) => assert_eq!((entry, same), (self.next(), refusal.clone())),
            other => panic!("the append says {other:?}, the check said {refusal}"),
        }
        assert_eq!(self.history.register(), &before, "a refused entry leaves no trace");
        refusal
    }

    pub(crate) fn check(&self, by: &str, on: &str, event: &Event) -> Result<(), Refusal> {
        self.history.check(&Stamp { by: &by.parse().unwrap(), at: moment(on) }, event)
    }

    /// The number the next entry gets.
    pub(crate) fn next(&self) -> EntryNumber {
        EntryNumber::new(u64::try_from(self.history.entries().len()).unwrap())
    }

    pub(crate) fn register(&self) -> &Register {
        self.history.register()
    }

    pub(crate) fn action(&self, id: &str) -> &Action {
        &self.register().actions[&id.parse::<ActionId>().unwrap()]
    }

    pub(crate) fn evidence(&self, id: &str) -> &Evidence {
        &self.register().evidence[&id.parse::<EvidenceId>().unwrap()]
    }

    /// Where a finding stands by what checked evidence shows.
    pub(crate) fn standing(&self, id: &str, on: &str) -> FindingStanding {
        self.standing_by(id, on, Lens::Verified)
    }

    pub(crate) fn standing_by(&self, id: &str, on: &str, lens: Lens) -> FindingStanding {
        let id: FindingId = id.parse().unwrap();
        self.register().finding_standing(&id, &self.register().findings[&id], day(on), lens)
    }

    /// The hosts of a finding that are open.
    pub(crate) fn open_hosts(&self, id: &str, on: &str) -> Vec<String> {
        match self.standing(id, on) {
            FindingStanding::Open { hosts } => hosts.iter().map(ToString::to_string).collect(),
            _ => Vec::new(),
        }
    }

    /// How an action runs against its dates.
    pub(crate) fn flag(&self, id: &str, on: &str) -> Flag {
        self.register().flag(self.action(id), day(on), self.scheme.at_risk_days, None)
    }

    /// East Herts' readiness on a day.
    pub(crate) fn ready(&self, on: &str) -> Readiness {
        self.ready_for("EHC", day(on))
    }

    pub(crate) fn ready_for(&self, organisation: &str, on: Day) -> Readiness {
        readiness(&Question {
            register: self.register(),
            framework: &self.framework,
            scheme: &self.scheme,
            organisation: &organisation.parse().unwrap(),
            as_of: AsOf { known: LogSize::new(self.next().index()), on },
        })
    }

    /// One of East Herts' gates on a day.
    pub(crate) fn gate(&self, id: &str, on: &str) -> GateAnswer {
        let found = self.ready(on).gates.into_iter().find(|gate| gate.id == id);
        found.unwrap_or_else(|| panic!("the scheme has no gate `{id}`"))
    }

    /// Whether East Herts' requirement is ready on a day.
    pub(crate) fn is_ready(&self, number: &str, on: &str) -> bool {
        let id = drafts::requirement(number).parse().unwrap();
        let answers = self.ready(on).requirements;
        let answer = answers.iter().find(|answer| answer.id == id).unwrap();
        matches!(answer.state, portreeve_model::readiness::RequirementState::Ready)
    }
}

/// Asserts that an entry is refused for a reason of this shape.
macro_rules! refuses {
    ($story:expr, $by:expr, $on:expr, $event:expr, $refusal:pat $(if $guard:expr)?) => {{
        let refusal = $story.refuse($by, $on, $event);
        assert!(matches!(&refusal, $refusal $(if $guard)?), "refused for another reason: {refusal:?}");
    }};
}

pub(crate) use refuses;
