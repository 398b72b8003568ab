//! The statement that issues several codes at once: those that finish no waiting request and name no organization.

use serde_json::Value;

use super::code::NewCode;
use crate::base::clock::{self, Timestamp};
use crate::base::digest::Digest;
use crate::base::id::{ClientId, GrantId, SessionId, UserId};
use crate::db::groups::{Effect, Grouped, Placed, column, place};
use crate::db::{DatabaseError, PgConnection};
use crate::protocol::pkce::CodeChallenge;

/// One code of a group.
pub(in crate::authorization) struct PlainCode {
    digest: Digest,
    grant_id: GrantId,
    client_id: ClientId,
    user_id: UserId,
    session_id: SessionId,
    redirect_uri: String,
    redirect_uri_given: bool,
    /// Both with a space between them: an array of PostgreSQL's cannot hold lists of several lengths.
    scope: String,
    amr: String,
    code_challenge: Option<String>,
    nonce: Option<String>,
    claims: Option<Value>,
    resource: Option<String>,
    auth_time: Timestamp,
    acr: String,
    created_at: Timestamp,
    expires_at: Timestamp,
}

impl PlainCode {
    /// The code as one of a group; none where the organization is still to be looked up.
    pub(in crate::authorization) fn of(new: &NewCode<'_>, now: Timestamp) -> Option<Self> {
        let NewCode { request, session, .. } = new;
        let target = &request.target;
        let assurance = &session.assurance;
        if request.organization.is_some() || assurance.amr.iter().any(|method| method.contains(' ')) {
            return None;
        }
        Some(Self {
            digest: new.digest,
            grant_id: new.grant_id.clone(),
            client_id: target.client_id.clone(),
            user_id: session.user_id.clone(),
            session_id: session.id.clone(),
            redirect_uri: target.redirect_uri.as_str().to_owned(),
            redirect_uri_given: target.redirect_uri_given,
            scope: request.scope.to_string(),
            amr: assurance.amr.join(" "),
            code_challenge: request
                .code_challenge
                .as_ref()
                .map(|challenge| CodeChallenge::as_str(challenge).to_owned()),
            nonce: request.nonce.clone(),
            claims: request
                .claims
                .as_ref()
                .and_then(|claims| serde_json::to_value(claims).ok()),
            resource: request.resource.clone(),
            auth_time: assurance.auth_time,
            acr: assurance.acr.clone(),
            created_at: now,
            expires_at: clock::after(now, new.lifetime),
        })
    }
}

impl Grouped for PlainCode {
    type Row = ();
    type Gate = ();

    const NAME: &'static str = "codes to issue";

    /// Nobody but this request can have stored a code of its digest, and nobody knows it before it is answered.
    const EFFECT: Effect = Effect::Repeats;

    fn row(&self) -> Digest {
        self.digest
    }

    fn client(&self) -> Option<&ClientId> {
        Some(&self.client_id)
    }

    async fn send(
        connection: &mut PgConnection,
        group: &[&Self],
        _: Timestamp,
    ) -> Result<Vec<Placed<()>>, DatabaseError> {
        let places = insert_codes(connection, group).await?;
        Ok(places.into_iter().map(|at| (place(at), Ok(()))).collect())
    }
}

/// Stores the codes of a group; says the places of those that were. What a code refers to and somebody else holds (a client
/// that is being deleted or changed) is not waited for: nobody else's code does.
async fn insert_codes(
    connection: &mut PgConnection,
    group: &[&PlainCode],
) -> Result<Vec<i64>, DatabaseError> {
    let digests = column(group, |one| one.digest.as_bytes());
    let clients = column(group, |one| one.client_id.as_str());
    let users = column(group, |one| one.user_id.as_str());
    let sessions = column(group, |one| one.session_id.as_str());
    let grants = column(group, |one| one.grant_id.as_str());
    let redirect_uris = column(group, |one| one.redirect_uri.as_str());
    let redirect_uris_given = column(group, |one| one.redirect_uri_given);
    let scopes = column(group, |one| one.scope.as_str());
    let challenges = column(group, |one| one.code_challenge.as_deref());
    let nonces = column(group, |one| one.nonce.as_deref());
    let claims = column(group, |one| one.claims.as_ref());
    let resources = column(group, |one| one.resource.as_deref());
    let auth_times = column(group, |one| one.auth_time);
    let amr = column(group, |one| one.amr.as_str());
    let acr = column(group, |one| one.acr.as_str());
    let created_at = column(group, |one| one.created_at);
    let expires_at = column(group, |one| one.expires_at);
    let places = sqlx::query_scalar!(
        r#"with asked as materialized (
                select *
                from unnest($1::bytea[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bool[], $8::text[],
                        $9::text[], $10::text[], $11::jsonb[], $12::text[], $13::timestamptz[], $14::text[], $15::text[],
                        $16::timestamptz[], $17::timestamptz[])
                    with ordinality as asked (
                        digest, client_id, user_id, session_id, grant_id, redirect_uri, redirect_uri_given, scope,
                        code_challenge, nonce, claims, resource, auth_time, amr, acr, created_at, expires_at, place)),
           held as materialized (
                select asked.*
                from asked
                join auth.oauth_applications a on a.client_id = asked.client_id
                join auth.users u on u.id = asked.user_id
                join auth.sessions s on s.id = asked.session_id
                limit 64
                for key share of a, u, s skip locked),
           inserted as (
                insert into auth.oauth_authorization_codes (
                    digest, client_id, user_id, session_id, grant_id, redirect_uri, redirect_uri_given, scopes,
                    code_challenge, nonce, claims, resource, auth_time, amr, acr, created_at, expires_at)
                select digest, client_id, user_id, session_id, grant_id, redirect_uri, redirect_uri_given,
                    string_to_array(scope, ' '), code_challenge, nonce, claims, resource, auth_time,
                    string_to_array(amr, ' '), acr, created_at, expires_at
                from held
                on conflict (digest) do nothing)
           select place as "place!"
           from held"#,
        &digests as &[&[u8]],
        &clients as &[&str],
        &users as &[&str],
        &sessions as &[&str],
        &grants as &[&str],
        &redirect_uris as &[&str],
        &redirect_uris_given,
        &scopes as &[&str],
        &challenges as &[Option<&str>],
        &nonces as &[Option<&str>],
        &claims as &[Option<&Value>],
        &resources as &[Option<&str>],
        &auth_times,
        &amr as &[&str],
        &acr as &[&str],
        &created_at,
        &expires_at,
    )
    .fetch_all(connection)
    .await?;
    Ok(places)
}
