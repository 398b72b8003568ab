//! Owns the making of clients and people, by the same services as an operator's commands.

use std::sync::Arc;
use std::time::Duration;

use signet::authentication::password::{Cost, Hasher, HasherSettings, Password, PasswordHash};
use signet::authentication::store_hash;
use signet::base::clock::{Clock as _, DatabaseClock};
use signet::base::entropy::{Entropy, SystemEntropy, base62};
use signet::base::origin::Origin;
use signet::base::secret::Secret;
use signet::client::{ClientMetadata, ClientType, NewClient, service};
use signet::config::SignUpSettings;
use signet::db::connect::{self, PoolSettings};
use signet::db::pool::Pool;
use signet::db::sessions::Sessions;
use signet::db::unit_of_work::RequestContext;
use signet::db::{UnitOfWork, platform};
use signet::jose::{PrivateJwk, Signer};
use signet::lifecycle::sign_up::{self, MadeBy};
use signet::protocol::algorithm::{Algorithm, RsaBits};
use signet::protocol::client_authentication::ClientAuthenticationMethod;
use signet::protocol::grant_type::GrantType;
use signet::protocol::redirect_uri::RedirectUri;
use signet::protocol::scope::Scope;
use signet::user::{EmailAddress, NewUser};

use crate::rows::{ClientKey, PASSWORD, REDIRECT_URI, SCOPE};

/// So many that every connection has people of its own.
const PEOPLE_PER_CONNECTION: u32 = 2;

/// Who uses the server.
pub(crate) struct Population {
    pub(crate) service_rs256: ClientKey,
    pub(crate) service_es256: ClientKey,
    pub(crate) service_signing: (String, Signer),
    pub(crate) web_rs256: ClientKey,
    pub(crate) web_es256: ClientKey,
    pub(crate) people: Vec<String>,
}

/// Makes them in the server's database, under names that no earlier run has used.
pub(crate) async fn make(database_url: &str, connections: u32) -> anyhow::Result<Population> {
    let settings = PoolSettings {
        url: database_url.to_owned(),
        size: 1,
        acquire_timeout: Duration::from_secs(5),
        statement_timeout: Duration::from_secs(10),
        sessions: Sessions::OWN,
    };
    let pool = Pool::new(connect::open(&settings).await?, settings.statement_timeout);
    let mut connection = pool.acquire().await?;
    let measured = connect::measure(&mut connection).await?;
    let platform = platform::read(&mut connection).await?;
    connection.keep();
    let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
    let name = format!("load-{}", base62(&*entropy, 8).to_lowercase());
    let context = RequestContext {
        now: DatabaseClock::new(measured.answered, measured.time).now(),
        entropy,
        origin: Origin::internal("load"),
        epoch: platform.epoch,
        wake: Arc::default(),
    };
    let hash = hash().await?;
    let mut work = UnitOfWork::begin(&pool, context).await?;
    let population = Population {
        service_rs256: client(&mut work, &name, Algorithm::RS256, Kind::Service).await?,
        service_es256: client(&mut work, &name, Algorithm::ES256, Kind::Service).await?,
        service_signing: signing_client(&mut work, &name).await?,
        web_rs256: client(&mut work, &name, Algorithm::RS256, Kind::Web).await?,
        web_es256: client(&mut work, &name, Algorithm::ES256, Kind::Web).await?,
        people: people(&mut work, &name, connections * PEOPLE_PER_CONNECTION, &hash).await?,
    };
    work.commit().await?;
    pool.close().await;
    Ok(population)
}

#[derive(Clone, Copy)]
enum Kind {
    /// Asks for itself; the algorithm is its access tokens'.
    Service,
    /// Asks for people; the algorithm is its ID tokens', its access tokens are as delivered.
    Web,
}

async fn client(
    work: &mut UnitOfWork,
    name: &str,
    algorithm: Algorithm,
    kind: Kind,
) -> anyhow::Result<ClientKey> {
    let (client_id, metadata) = match kind {
        Kind::Service => (
            format!("{name}-service-{}", algorithm.name()),
            ClientMetadata {
                access_token_signed_response_alg: Some(algorithm),
                ..ClientMetadata::new("Load", ClientType::Service)
            },
        ),
        Kind::Web => (
            format!("{name}-web-{}", algorithm.name()),
            ClientMetadata {
                id_token_signed_response_alg: algorithm,
                lean_id_token: true,
                first_party: true,
                redirect_uris: vec![RedirectUri::register(REDIRECT_URI)?],
                grant_types: vec![GrantType::AuthorizationCode, GrantType::RefreshToken],
                scope: Scope::from_tokens(SCOPE.split(' ')),
                ..ClientMetadata::new("Load", ClientType::Web)
            },
        ),
    };
    let created = service::create(work, &NewClient::parse(&client_id, metadata)?, None).await?;
    let secret = created.secret.as_ref().map_or("", Secret::expose);
    Ok(ClientKey::new(created.client_id.as_str(), secret))
}

/// A service that signs assertions with a key of its own.
async fn signing_client(work: &mut UnitOfWork, name: &str) -> anyhow::Result<(String, Signer)> {
    let key = PrivateJwk::generate(Algorithm::ES256, RsaBits::default())?;
    let keys = serde_json::json!({ "keys": [key.public()] });
    let client_id = format!("{name}-service-signing");
    let metadata = ClientMetadata {
        access_token_signed_response_alg: Some(Algorithm::ES256),
        token_endpoint_auth_method: ClientAuthenticationMethod::PrivateKeyJwt,
        jwks: Some(serde_json::from_value(keys)?),
        ..ClientMetadata::new("Load", ClientType::Service)
    };
    service::create(work, &NewClient::parse(&client_id, metadata)?, None).await?;
    Ok((client_id, Signer::new(&key)?))
}

async fn people(
    work: &mut UnitOfWork,
    name: &str,
    number: u32,
    hash: &PasswordHash,
) -> anyhow::Result<Vec<String>> {
    let mut people = Vec::new();
    for index in 0..number {
        let address = format!("{name}-{index}@load.example");
        let new = NewUser {
            email_verified: true,
            ..NewUser::new(EmailAddress::parse(&address)?)
        };
        let account = sign_up::create_user(work, &new, MadeBy::Operator, &SignUpSettings::default()).await?;
        store_hash(work, &account.user_id, hash).await?;
        people.push(address);
    }
    Ok(people)
}

/// One hash at the default cost serves everybody: what is measured is the checking.
async fn hash() -> anyhow::Result<PasswordHash> {
    let hasher = Hasher::new(HasherSettings {
        cost: Cost::default(),
        ..HasherSettings::default()
    })?;
    let password = Password::choose(&Secret::new(PASSWORD.to_owned()))?;
    Ok(hasher.hash(&password, &SystemEntropy).await?)
}
