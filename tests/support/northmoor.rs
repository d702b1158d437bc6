//! Northmoor, a council that does not exist: the steps that several journeys begin with.

use super::{Place, day};

impl Place {
    /// A register with people, a framework and a scheme, written in by its security officer.
    pub(crate) fn northmoor() -> Place {
        Place::new().made_northmoor()
    }

    /// The same in this place.
    pub(crate) fn made_northmoor(self) -> Place {
        let place = self.peopled();
        for line in ["framework adopt psn-coco-1.32", "scheme adopt psn"] {
            let _ = place.run(line).fine();
        }
        place
    }

    /// A register with people, written in by its security officer.
    pub(super) fn with_people() -> Place {
        Place::new().peopled()
    }

    fn peopled(self) -> Place {
        let place = self.acting_as("security-officer");
        for line in [
            "init --name \"Northmoor Borough Council\" --organisation \"NMB=Northmoor Borough Council\" \
             --role security-officer",
            "person add network-officer --role action-owner",
            "person add checker --role checker",
            "person add siro --role siro",
            "person add chief-executive --role signatory",
        ] {
            let _ = place.run(line).fine();
        }
        place
    }

    /// With a health check, a finding on two hosts and an action for it.
    pub(crate) fn with_an_action() -> Place {
        let place = Place::northmoor();
        let on = day(-30);
        for line in [
            format!(
                "source add ITHC-1 \"IT health check\" --kind it-health-check --author Testers --on {on} --findings 1"
            ),
            "finding raise ITHC-1 \"Certificate of the VPN has run out\" --severity High --cvss 7.4 --host vpn01 \
             --host vpn02 --requirement PSN-BND-FW"
                .to_owned(),
            format!("action add \"Renew the VPN certificate @network-officer by {} £1,200 fixes ITHC-1-001\"", day(60)),
        ] {
            let _ = place.run(&line).fine();
        }
        place.write("vpn.txt", "certificate: valid\n");
        place
    }

    /// With evidence for the action that waits for a check.
    pub(crate) fn with_evidence() -> Place {
        let place = Place::with_an_action();
        let line = format!("evidence add vpn.txt --for RAP-001 --kind configuration-export --shows {}", day(-1));
        let _ = place.by("network-officer", &line).fine();
        place
    }

    /// With the action done, checked and verified, and every gate of the scheme passed.
    pub(crate) fn ready() -> Place {
        let place = Place::with_evidence();
        let (shows, on) = (day(-20), day(0));
        place.write("ithc.pdf", "%PDF the report\n");
        place.write("scope.txt", "the scope\n");
        place.write("network.svg", "<svg/>\n");
        place.write("contacts.txt", "contacts\n");
        for (person, line) in [
            ("checker", "evidence check E-0001".to_owned()),
            ("network-officer", "action claim RAP-001".to_owned()),
            ("checker", "action verify RAP-001".to_owned()),
            ("security-officer", format!("evidence add ithc.pdf --for PSN-OPS-VM --kind health-check-report --shows {shows} --marking official-sensitive")),
            ("security-officer", format!("evidence add scope.txt --for PSN-OPS-VM --kind health-check-scope --shows {shows}")),
            ("security-officer", format!("evidence add network.svg --for PSN-ENV-DIAG --kind network-diagram --shows {shows}")),
            ("security-officer", format!("evidence add contacts.txt --for PSN-FORM-CONTACT --kind contact-list --shows {shows}")),
            ("checker", "evidence check E-0002".to_owned()),
            ("checker", "evidence check E-0003".to_owned()),
            ("checker", "evidence check E-0004".to_owned()),
            ("checker", "evidence check E-0005".to_owned()),
            ("security-officer", "organisation form NMB \"organisation-name=Northmoor Borough Council\" \
              \"postal-address=Town Hall, Northmoor\" \"contact-role=Security officer\" \
              contact-email=security@northmoor.example contact-phone=01632960000 \"environment-name=Northmoor corporate\" \
              users=420 \"sites=Town Hall\" internal-ip-addresses=10.0.0.0/16 psn-services-hosted=none".to_owned()),
            ("chief-executive", format!("organisation sign NMB --signatory chief-executive --on {on}")),
        ] {
            let _ = place.by(person, &line).fine();
        }
        place
    }
}
