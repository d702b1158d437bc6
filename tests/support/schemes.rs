//! Northmoor going for other things than the PSN: what the journeys through the other schemes begin with.

use std::fs;

use super::{Place, day};

/// What shows each outcome of CAF 3.2 under the built-in scheme: a kind of evidence, and the outcomes it does for.
const CAF_EVIDENCE: &[(&str, &str)] = &[
    ("policy", "A1.a A1.b A1.c A2.a A4.a B1.a B4.a B4.c B5.a B6.a C1.e D1.a D1.b D2.a D2.b"),
    ("compliance-report", "A3.a B1.b B2.a B2.b B2.c B2.d B3.a B3.c B3.d B3.e B4.b B4.d B5.c B6.b C1.a C1.b C1.c C1.d"),
    ("test-report", "A2.b B3.b B5.b D1.c"),
];

impl Place {
    /// A register with people, written in by its security officer, that goes for nothing yet.
    pub(crate) fn newly_made() -> Place {
        let place = Place::with_people();
        let _ = place.run("person add head-of-ict --role head-of-ict").fine();
        place
    }

    /// Going for the CAF against the Baseline profile, with nothing answered.
    pub(crate) fn with_caf() -> Place {
        let place = Place::newly_made();
        let _ = place.run("framework adopt caf-3.2").fine();
        let _ = place.run("scheme adopt caf-3.2 --profile baseline").fine();
        place
    }

    /// Writes the sheet of a framework, lets `answer` fill in each row, and keeps it as `name`.
    ///
    /// `answer` is given the number of the requirement, the column, and the place among the requirement's indicators of
    /// that column, counted from 0.
    pub(crate) fn fill_sheet(&self, name: &str, mut answer: impl FnMut(&str, &str, usize) -> String) {
        let _ = self.run(&format!("requirement sheet caf-3.2 --out empty-{name}")).fine();
        let text = fs::read_to_string(self.path(&format!("empty-{name}"))).unwrap();
        let (mut filled, mut before, mut place) = (String::new(), String::new(), 0);
        for (at, line) in text.lines().enumerate() {
            // The titles of columns and requirements' numbers hold neither commas nor quotation marks.
            let mut cells = line.splitn(4, ',');
            let (requirement, _, column) = (cells.next().unwrap(), cells.next(), cells.next().unwrap());
            let of = format!("{requirement} {column}");
            place = if of == before { place + 1 } else { 0 };
            before = of;
            let number = requirement.split(':').nth(1).unwrap_or_default();
            let said = if at == 0 { None } else { Some(answer(number, column, place)) };
            match said {
                None => filled.push_str(line),
                Some(said) => filled.push_str(&format!("{}{said},", line.strip_suffix(',').unwrap())),
            }
            filled.push_str("\r\n");
        }
        self.write(name, &filled);
    }

    /// With every outcome of the CAF achieved, checked and shown, and signed by the SIRO.
    pub(crate) fn with_caf_ready() -> Place {
        let place = Place::with_caf();
        place.fill_sheet("caf.csv", |_, column, _| if column == "Not achieved" { "no" } else { "yes" }.to_owned());
        let _ = place.run("requirement assess --sheet caf.csv").fine();
        let _ = place.by("checker", "requirement check --framework caf-3.2 --accept").fine();
        for (at, (kind, outcomes)) in CAF_EVIDENCE.iter().enumerate() {
            place.write(&format!("{kind}.txt"), &format!("{kind}\n"));
            let shown: String = outcomes.split(' ').map(|number| format!(" --for {number}")).collect();
            let _ = place.run(&format!("evidence add {kind}.txt --kind {kind} --shows {}{shown}", day(-20))).fine();
            let _ = place.by("checker", &format!("evidence check E-000{}", at + 1)).fine();
        }
        let _ = place.by("siro", &format!("organisation sign NMB --signatory siro --on {}", day(0))).fine();
        place
    }

    /// Going for Cyber Essentials, with every requirement stated and shown and the form filled in.
    pub(crate) fn with_cyber_essentials() -> Place {
        let place = Place::newly_made();
        let _ =
            place.run("framework adopt cyber-essentials-3.3").fine().says("portreeve scheme adopt cyber-essentials");
        let _ = place.run("scheme adopt cyber-essentials").fine();
        let listed = place.run("requirement list --framework cyber-essentials-3.3 --json").fine().json();
        let numbers: Vec<String> = listed["rows"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["requirement"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(numbers.len(), 33);
        for number in &numbers {
            let _ =
                place.run(&format!("requirement state {number} --statement \"As our standard build has it\"")).fine();
        }
        let policy = ["CE-AC-1", "CE-FW-5", "CE-FW-6"];
        let inventory = ["CE-SCOPE"];
        let of = |kind: &str, number: &str| match kind {
            "policy" => policy.contains(&number),
            "inventory" => inventory.contains(&number),
            _ => !policy.contains(&number) && !inventory.contains(&number),
        };
        for (at, kind) in ["policy", "inventory", "compliance-report"].iter().enumerate() {
            place.write(&format!("{kind}.txt"), &format!("{kind}\n"));
            let shown = numbers.iter().filter(|number| of(kind, number)).map(|number| format!(" --for {number}"));
            let shown: String = shown.collect();
            let _ = place.run(&format!("evidence add {kind}.txt --kind {kind} --shows {}{shown}", day(-20))).fine();
            let _ = place.by("checker", &format!("evidence check E-000{}", at + 1)).fine();
        }
        let _ = place
            .run(
                "organisation form NMB \"organisation-name=Northmoor Borough Council\" \"scope-description=All of it\" \
                 whole-organisation=yes \"devices=420 laptops\" \"cloud-services=Office suite\" \
                 \"responsible-role=Head of ICT\"",
            )
            .fine();
        place
    }
}
