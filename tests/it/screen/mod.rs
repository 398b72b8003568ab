//! The pages in a real browser: Debian's chromium, driven through chromedriver. What a test without a screen cannot
//! see: focus and keyboard, the content security policy at work, cross-site cookies, and life without scripts.

mod application;
mod chains;
mod consent;
mod cross_site;
mod driver;
mod form_post;
mod login;
mod logout;
mod refusal;
mod window;
