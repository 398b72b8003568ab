//! Owns the order in which the demo data are made.

use std::path::Path;

use super::error::SeedError;
use super::places::{ACME, GLOBEX};
use super::secrets_file::SecretsFile;
use super::{clients, people, places};
use crate::app::App;
use crate::base::origin::Origin;
use crate::base::secret::Secret;

/// Where the demo application will be served.
#[derive(Debug, Clone)]
pub struct DemoAddresses {
    /// Its own address, without trailing slash: `http://localhost:8081`.
    pub url: String,
}

impl DemoAddresses {
    /// Where codes are sent.
    pub(super) fn callback(&self) -> String {
        format!("{}/callback", self.url)
    }

    /// Where a sign-out ends.
    pub(super) fn signed_out(&self) -> String {
        format!("{}/signed-out", self.url)
    }
}

/// What there is to try.
#[derive(Debug)]
pub struct Seeded {
    /// User names and passwords.
    pub users: Vec<(String, Secret)>,
    /// The demo application's secret, good until the next start.
    pub demo_client_secret: Secret,
    /// Slugs and names.
    pub organizations: Vec<(String, String)>,
}

/// Makes what is missing. Each half is a transaction of its own with a later `now`: the earliest joined organization
/// is a person's first choice, and Ada's is to be her own. A start that was broken off between them is made good by
/// the next one.
pub async fn seed(app: &App, passwords_file: &Path, demo: &DemoAddresses) -> Result<Seeded, SeedError> {
    let mut secrets = SecretsFile::read(passwords_file)?;
    let prepared = people::prepare(app, &mut secrets).await?;

    let mut work = app.begin(app.context(origin())).await?;
    let people = people::complete(&mut work, prepared, &app.config().sign_up).await?;
    places::provide(&mut work, ACME, &people.ada, &people.grace).await?;
    secrets.save()?;
    work.commit().await?;

    let mut work = app.begin(app.context(origin())).await?;
    places::provide(&mut work, GLOBEX, &people.root, &people.ada).await?;
    let demo_client_secret = clients::provide(&mut work, &mut secrets, demo).await?;
    secrets.save()?;
    work.commit().await?;

    let users = people::NAMES
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), secrets.find(name)?.clone())))
        .collect();
    let organizations = [ACME, GLOBEX]
        .into_iter()
        .map(|(slug, name)| (slug.to_owned(), name.to_owned()))
        .collect();
    Ok(Seeded {
        users,
        demo_client_secret,
        organizations,
    })
}

/// Who makes them, in events.
pub(super) fn origin() -> Origin {
    Origin::internal("dev seed")
}
