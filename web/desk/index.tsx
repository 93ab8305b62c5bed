// The desk begins here.
import { render } from 'preact';
import { Controller } from './controller';
import { pageLanguage } from './i18n';
import { App } from './views/app';

const root = document.getElementById('desk');
if (root) {
	const controller = new Controller();
	controller.api.lang = pageLanguage();
	render(<App controller={controller} />, root);
	void controller.start();
}
