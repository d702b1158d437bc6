//! Files of one size that cannot be compressed, as photographs and office documents cannot.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use super::chance::Chance;
use super::{Need, in_parallel, put};
use crate::failure::Failure;
use crate::stop::Stop;

/// What is written at a time.
const BLOCK_BYTES: usize = 1 << 20;
const FOLDERS: u64 = 16;

/// What is to be made.
pub(crate) struct Fixed {
    pub(crate) files: u64,
    pub(crate) size: u64,
    pub(crate) seed: u64,
}

impl Fixed {
    pub(crate) fn need(&self) -> Need {
        Need::new(self.files, self.size as f64, FOLDERS.min(self.files) + 1)
    }

    /// Makes all of it. Gives the sum of the sizes.
    pub(crate) fn make(&self, out: &Path, threads: usize, stop: &Stop) -> Result<u64, Failure> {
        for folder in 0..FOLDERS.min(self.files) {
            let path = out.join(folder_of(folder));
            fs::create_dir_all(&path).map_err(Failure::io("make the folder", &path))?;
        }
        let bytes = in_parallel(self.files, threads, stop, |number| self.file(out, number))?;
        for folder in put::folders_in(out)? {
            put::settle_folder(&folder)?;
        }
        put::settle_folder(out)?;
        Ok(bytes)
    }

    fn file(&self, out: &Path, number: u64) -> Result<u64, Failure> {
        let path = out.join(folder_of(number)).join(format!("scan {number:05}.bin"));
        let mut chance = Chance::new(self.seed, number);
        let mut file = fs::File::create_new(&path).map_err(Failure::io("write", &path))?;
        let mut block = vec![0; BLOCK_BYTES.min(self.size as usize)];
        let mut left = self.size;
        while left > 0 {
            let count = left.min(block.len() as u64);
            chance.fill(&mut block);
            file.write_all(&block[..count as usize]).map_err(Failure::io("write", &path))?;
            left -= count;
        }
        drop(file);
        put::set_time(&path, put::time_of(&mut chance))?;
        Ok(self.size)
    }
}

fn folder_of(number: u64) -> String {
    format!("box {:02}", number % FOLDERS)
}
