//! The consent page: what a client asks for in which place, and the person's answer. One statement to find the request,
//! one for the session, one for the place; an answer costs a transaction of two more. The form says for whom and for
//! which place it was shown: whoever else is signed in by then is shown their own.

use axum::response::Response;

use crate::authorization::consent::{self, Consent, ConsentPlace};
use crate::authorization::interaction::{self, NextStep, Situation};
use crate::authorization::sent_response::SentResponse;
use crate::authorization::waiting;
use crate::base::handle::Handle;
use crate::base::id::OrganizationId;
use crate::client::Client;
use crate::db::DatabaseError;
use crate::http::extract::browser::{Browser, BrowserSession};
use crate::http::extract::flow::{Flow, FlowForm, FormAnswer, Word};
use crate::http::extract::form_token;
use crate::http::extract::params::Params;
use crate::http::respond::authorization::{answer_error, logo};
use crate::http::respond::interaction_page::InteractionPage;
use crate::http::respond::page::{self, FormAction};
use crate::http::respond::page_error::PageError;
use crate::protocol::error::{ErrorCode, ProtocolError};
use crate::protocol::issuer::Issuer;
use crate::protocol::scope::OFFLINE_ACCESS;
use crate::session::LiveSession;
use crate::web::client_card::{ClientCard, WebLink};
use crate::web::consent::{ConsentPage, OfflineAccess};

/// Shows what the client asks for; without a session the sign-in comes first.
pub async fn get(
    browser: Browser,
    flow: Flow,
    BrowserSession(session): BrowserSession,
) -> Result<Response, PageError> {
    let Some(session) = session else {
        return Ok(flow.go_to(&browser, InteractionPage::Login));
    };
    let asked = Asked::read(&browser, &flow, session).await?;
    if asked.is_next(&browser, &flow) {
        show(&browser, &flow, &asked)
    } else {
        Ok(flow.go_to(&browser, InteractionPage::Continue))
    }
}

/// What the form of the page says.
pub struct ConsentAnswer {
    allowed: bool,
    shown_for: Option<String>,
}

impl From<Params> for ConsentAnswer {
    fn from(mut params: Params) -> Self {
        Self {
            // Only the word itself allows; a missing or unknown answer refuses.
            allowed: params.get("decision") == Some("allow"),
            shown_for: params.remove("shown_for"),
        }
    }
}

impl FormAnswer for ConsentAnswer {
    fn word(&self) -> Word {
        if self.allowed { Word::GoOn } else { Word::Refuse }
    }
}

/// Takes the person's answer.
pub async fn post(
    browser: Browser,
    FlowForm { flow, answer }: FlowForm<ConsentAnswer>,
) -> Result<Response, PageError> {
    if answer.allowed {
        allow(&browser, &flow, answer.shown_for.as_deref()).await
    } else {
        deny(&browser, &flow).await
    }
}

async fn allow(browser: &Browser, flow: &Flow, shown_for: Option<&str>) -> Result<Response, PageError> {
    let Some(session) = browser.session().await? else {
        return Ok(flow.go_to(browser, InteractionPage::Login));
    };
    let asked = Asked::read(browser, flow, session).await?;
    if !asked.is_next(browser, flow) {
        return Ok(flow.go_to(browser, InteractionPage::Continue));
    }
    let user_id = &asked.session.session.user_id;
    let facts = asked.facts(&flow.handle);
    if !form_token::matches(&browser.state.app.token_issuer().keys, &facts, shown_for) {
        tracing::info!(
            user.id = %user_id,
            client.id = %flow.waiting.client_id,
            "a consent form was posted that was shown for somebody or something else: it is shown anew"
        );
        return Ok(flow.go_to(browser, InteractionPage::Consent));
    }
    let mut work = browser.begin().await?;
    let organization = asked.consent.place.organization();
    let given = consent::give(&mut work, &flow.waiting, user_id, organization).await?;
    work.commit().await?;
    if given {
        Ok(flow.go_to(browser, InteractionPage::Continue))
    } else {
        flow.overtaken(browser, Word::GoOn).await
    }
}

async fn deny(browser: &Browser, flow: &Flow) -> Result<Response, PageError> {
    let error = ProtocolError::new(ErrorCode::AccessDenied, "the person did not allow the access");
    let mut work = browser.single().await?;
    let finished = waiting::finish(&mut work, flow.ticket(), &SentResponse::error(error)).await?;
    work.commit().await?;
    if finished {
        Ok(answer_error(
            browser,
            flow.wish(),
            &flow.waiting.request.target,
            error,
        ))
    } else {
        flow.overtaken(browser, Word::Refuse).await
    }
}

/// Who is asked, and for which place.
struct Asked {
    session: LiveSession,
    consent: Consent,
}

impl Asked {
    /// The person of this browser, and how the request stands to what they confirmed before.
    async fn read(browser: &Browser, flow: &Flow, session: LiveSession) -> Result<Self, DatabaseError> {
        let mut work = browser.repeatable().await?;
        let user_id = &session.session.user_id;
        let consent = consent::confirmed(&mut work, user_id, &flow.waiting.request).await?;
        Ok(Self { session, consent })
    }

    /// What a form is shown for: the request, the person, and the organization that the request means for them.
    fn facts<'a>(&'a self, request: &'a Handle) -> [&'a str; 4] {
        let organization = self.consent.place.organization();
        [
            "consent",
            request.expose(),
            self.session.session.user_id.as_str(),
            organization.map_or("", OrganizationId::as_str),
        ]
    }

    /// Whether it is the person's word that is missing: not before the proof that the request asks for, and not twice.
    fn is_next(&self, browser: &Browser, flow: &Flow) -> bool {
        let next = interaction::next(Situation {
            session: Some(&self.session),
            consent: Some(&self.consent),
            ..flow.situation(browser)
        });
        next == NextStep::Consent
    }
}

fn show(browser: &Browser, flow: &Flow, asked: &Asked) -> Result<Response, PageError> {
    let state = &browser.state;
    let request = &flow.waiting.request;
    let shown_for = form_token::make(&state.app.token_issuer().keys, &asked.facts(&flow.handle))?;
    let confirmed = request.to_confirm();
    let scopes: Vec<&str> = confirmed
        .iter()
        .filter(|scope| *scope != OFFLINE_ACCESS)
        .collect();
    let offline = if request.scope.contains(OFFLINE_ACCESS) {
        OfflineAccess::Asked
    } else {
        OfflineAccess::NotAsked
    };
    let destination = request.target.redirect_uri.receiver();
    let page = ConsentPage {
        layout: &browser.layout_for(flow.wish(), &asked.session.person),
        client: card(&flow.client, state.app.issuer()),
        user_name: asked.session.person.display_name(),
        scopes: &scopes,
        offline,
        organization: match &asked.consent.place {
            ConsentPlace::Organization { name, .. } => Some(name.as_str()),
            ConsentPlace::WhicheverIsActive | ConsentPlace::NotJoined => None,
        },
        resource: request.resource.as_deref(),
        destination: destination.as_deref(),
        request: flow.handle.expose(),
        shown_for: &shown_for,
        action: &InteractionPage::Consent.action(state.app.issuer()),
    };
    Ok(page::html(&page, FormAction::LeadsOut))
}

/// A client as pages show it.
pub(super) fn card<'a>(client: &'a Client, issuer: &Issuer) -> ClientCard<'a> {
    ClientCard {
        website: client.metadata.client_uri.as_deref().and_then(WebLink::parse),
        policy: client.metadata.policy_uri.as_deref().and_then(WebLink::parse),
        terms: client.metadata.tos_uri.as_deref().and_then(WebLink::parse),
        logo: logo(client, issuer),
        ..ClientCard::named(&client.metadata.client_name)
    }
}
