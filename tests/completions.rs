//! Completions come from the same definition as the commands.

use crate::support::Place;

#[test]
fn every_shell_has_completions() {
    let place = Place::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let _ = place.run(&format!("completions {shell}")).fine().says("portreeve").says("readiness");
    }
}
