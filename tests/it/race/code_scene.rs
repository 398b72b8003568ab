//! Codes whose exchanges wait for their turn.

use std::fmt::Write as _;
use std::sync::Arc;

use signet::base::handle::{Handle, Kind};
use signet::base::origin::Origin;
use signet::config::SignetConfig;
use signet::db::groups::GroupSettings;

use super::queue::{ONE_AT_A_TIME, Queued, Request, Turn, Writing};
use crate::app::{RelyingParty, Reply, TestApp};
use crate::fixtures::client::TestClient;
use crate::fixtures::code::codes;
use crate::fixtures::person::TestPerson;
use crate::fixtures::{a_client, a_person};
use crate::support::database::TestDatabase;

/// Redeemed codes whose grants somebody ended, since they were presented again.
pub const REPLAYED: &str = "select count(*) from auth.oauth_grants where ended_reason = 'code_replayed'";

/// Codes of one client, each of its own person, and one more that somebody else has locked.
pub struct CodeScene {
    pub app: TestApp,
    pub door: Arc<RelyingParty>,
    pub people: Vec<TestPerson>,
    pub codes: Vec<String>,
    /// The grant of the locked one.
    locked: String,
    turn: Turn,
}

impl CodeScene {
    pub async fn new(codes: usize) -> Self {
        Self::with(ONE_AT_A_TIME, codes).await
    }

    /// With groups as the test wants them.
    pub async fn with(groups: GroupSettings, codes: usize) -> Self {
        Self::of(TestApp::with_groups(groups).await, codes).await
    }

    /// On a database that exists, with changes to the configuration.
    pub async fn on(database: TestDatabase, codes: usize, change: impl FnOnce(&mut SignetConfig)) -> Self {
        let app = TestApp::on_with_groups(database, ONE_AT_A_TIME, change).await;
        Self::of(app, codes).await
    }

    async fn of(app: TestApp, codes: usize) -> Self {
        let client = a_client("web").create(&app).await;
        let door = Arc::new(app.relying_party(&client));
        let (mut people, mut made) = (Vec::new(), Vec::new());
        for number in 0..=codes {
            let person = a_person(&format!("person-{number}")).create(&app).await;
            made.push(a_code(&app, &client, &person).await);
            people.push(person);
        }
        let first = made.pop().expect("one more");
        people.pop();
        let locked = grant_of(&app, &first).await;
        let turn = Turn::of(&app, Request::exchange(&door, &first), &locking(&app, &first)).await;
        Self {
            app,
            door,
            people,
            codes: made,
            locked,
            turn,
        }
    }

    /// The exchange of each code.
    pub fn exchanges(&self) -> Vec<Request> {
        let exchange = |code: &String| Request::exchange(&self.door, code);
        self.codes.iter().map(exchange).collect()
    }

    /// Sends the requests at once while the one turn is taken; comes back once all of them wait for it.
    pub async fn queue(&self, requests: &[Request]) -> Queued {
        self.turn.queue(&self.app, requests).await
    }

    /// Lets go of the lock, so that the others have their turn.
    pub async fn release(&mut self) {
        self.turn.release().await;
    }

    /// Sends the requests at once while the one turn is taken, and lets them go once all of them wait for it.
    pub async fn all_in_one_group(mut self, requests: &[Request]) -> (Self, Vec<Reply>) {
        let queued = self.queue(requests).await;
        self.release().await;
        (self, queued.replies().await)
    }

    /// From here on whoever writes the grant of one of the codes waits until this is released.
    pub async fn hold_writing(&self) -> Writing {
        Writing::hold(&self.app, &self.locked).await
    }
}

/// A code of a person, in a session of its own.
pub async fn a_code(app: &TestApp, client: &TestClient, person: &TestPerson) -> String {
    codes(app, client, person, 1).await.remove(0)
}

/// The statement that locks a code.
pub fn locking(app: &TestApp, code: &str) -> String {
    format!(
        "select from auth.oauth_authorization_codes where digest = '{}' for update",
        stored(app, code)
    )
}

/// The grant that redeeming a code makes.
pub async fn grant_of(app: &TestApp, code: &str) -> String {
    sqlx::query_scalar("select grant_id from auth.oauth_authorization_codes where digest = $1::bytea")
        .bind(stored(app, code))
        .fetch_one(&mut app.database.admin().await)
        .await
        .expect("a code")
}

/// A code as the database has it, in SQL's words.
fn stored(app: &TestApp, code: &str) -> String {
    let epoch = app.app.context(Origin::internal("test")).epoch;
    let code = Handle::parse(Kind::Code, code).expect("a code");
    let digest = code.digest(epoch);
    digest.as_bytes().iter().fold("\\x".to_owned(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string grows");
        text
    })
}
