//! Owns the forms of our own pages: [`OwnForm`] refuses what was sent from elsewhere before it reads anything.

use axum::extract::{FromRequest, FromRequestParts as _, Request};

use super::browser::Browser;
use super::form::Form;
use super::params::{Params, ParamsError};
use crate::http::app_state::AppState;
use crate::http::respond::page_error::PageError;

/// The parameters of a form that a page of ours sent.
pub struct OwnForm(pub Result<Params, ParamsError>);

impl FromRequest<AppState> for OwnForm {
    type Rejection = PageError;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, PageError> {
        let (mut parts, body) = request.into_parts();
        let Ok(browser) = Browser::from_request_parts(&mut parts, state).await;
        browser.require_own_page()?;
        let Ok(Form(params)) = Form::from_request(Request::from_parts(parts, body), state).await;
        Ok(Self(params))
    }
}
