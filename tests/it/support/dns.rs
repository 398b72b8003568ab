//! A DNS that says what a test published, or nothing at all.

use std::collections::BTreeMap;
use std::sync::Mutex;

use futures_util::future::BoxFuture;
use signet::base::dns::{DnsError, TextRecords};

/// Text records by name.
#[derive(Default)]
pub struct PublishedDns {
    records: Mutex<BTreeMap<String, Vec<String>>>,
    silent: Mutex<bool>,
}

impl PublishedDns {
    /// Adds a text record.
    pub fn publish(&self, name: &str, value: &str) {
        let mut records = self.records.lock().expect("no test panicked here");
        records.entry(name.to_owned()).or_default().push(value.to_owned());
    }

    /// Takes every record of a name away.
    pub fn withdraw(&self, name: &str) {
        self.records.lock().expect("no test panicked here").remove(name);
    }

    /// Gives no answer from now on.
    pub fn fall_silent(&self) {
        *self.silent.lock().expect("no test panicked here") = true;
    }
}

impl TextRecords for PublishedDns {
    fn text_records<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Vec<String>, DnsError>> {
        Box::pin(async move {
            if *self.silent.lock().expect("no test panicked here") {
                return Err(DnsError::TimedOut);
            }
            let records = self.records.lock().expect("no test panicked here");
            Ok(records.get(name).cloned().unwrap_or_default())
        })
    }
}
