//! The built-in profiles resolve over the catalogs beside them.

use portreeve_catalogue::oscal::{resolve_profile, suggested_id};
use portreeve_catalogue::{bundled, read_framework};
use portreeve_model::standards::Framework;

#[test]
fn every_built_in_profile_asks_for_what_its_framework_has_and_says_how_far() {
    let mut resolved = 0;
    for framework in bundled::framework_ids() {
        let catalog = bundled::framework_file(framework.as_str()).unwrap();
        let plain = read_framework(framework.clone(), &catalog).unwrap();
        for profile in bundled::profile_ids(framework.as_str()) {
            let bytes = bundled::profile_file(framework.as_str(), profile.as_str()).unwrap();
            let tailored = resolve_profile(&bytes, &mut |reference| {
                (reference.href == "../catalog.json").then(|| catalog.to_vec())
            });
            let tailored = tailored.unwrap_or_else(|problems| panic!("{framework} {profile}\n{problems}"));
            assert_eq!(tailored.notes, [], "{framework} {profile}");
            assert_eq!(suggested_id(&tailored.catalog).unwrap(), framework);
            let tailored = read_framework(framework.clone(), &tailored.catalog).unwrap();
            assert!(tailored.requirements.iter().all(|one| one.target.is_some()), "{framework} {profile}");
            let untargeted = |framework: &Framework| {
                let mut requirements = framework.requirements.clone();
                requirements.iter_mut().for_each(|one| one.target = None);
                requirements
            };
            assert_eq!(untargeted(&tailored), untargeted(&plain), "{framework} {profile}");
            resolved += 1;
        }
    }
    assert!(resolved >= 3, "{resolved}");
}
