//! Owns how a database is told from a copy of it: by where its data lie, which a backup carries along.

/// Where data lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    cluster: String,
    database: String,
    table: String,
    timeline: String,
}

/// How data came to lie where they do, as far as that can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moved {
    /// They were made again from a dump, or by another cluster: what happened since it was written is missing.
    Restored(&'static str),
    /// A standby took the primary's place, or the data were recovered to a point in time: the last moments may be
    /// missing.
    Recovered,
}

impl Place {
    /// Reads what `auth.place()` says; none unless it is that.
    #[must_use]
    pub fn read(columns: Vec<String>) -> Option<Self> {
        let [cluster, database, table, timeline] = columns.try_into().ok()?;
        Some(Self {
            cluster,
            database,
            table,
            timeline,
        })
    }

    /// How data that lay there came to lie here; none if they did not move. A copy of the files that runs on the same
    /// timeline, as a snapshot of a disk does, cannot be told.
    #[must_use]
    pub fn moved_to(&self, here: &Self) -> Option<Moved> {
        if self.cluster != here.cluster {
            return Some(Moved::Restored("it is in another cluster"));
        }
        if self.database != here.database {
            return Some(Moved::Restored("it is another database of the cluster"));
        }
        if self.table != here.table {
            return Some(Moved::Restored("its tables were made again"));
        }
        (self.timeline != here.timeline).then_some(Moved::Recovered)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str) -> Place {
        let columns = text.split(' ').map(str::to_owned).collect();
        Place::read(columns).unwrap()
    }

    #[test]
    fn data_that_moved_are_told_from_data_that_stayed() {
        let there = place("7714 17192 16399 00000001");
        assert_eq!(there.moved_to(&there), None);
        for here in [
            "7715 17192 16399 00000001",
            "7714 17193 16399 00000001",
            "7714 17192 16400 00000001",
        ] {
            let moved = there.moved_to(&place(here));
            assert!(matches!(moved, Some(Moved::Restored(_))), "{here}: {moved:?}");
        }
        assert_eq!(
            there.moved_to(&place("7714 17192 16399 00000002")),
            Some(Moved::Recovered)
        );
        assert_eq!(Place::read(vec!["7714".to_owned()]), None);
    }
}
