import "virtual:palette.css";
import "./style/base.css";
import { mount } from "svelte";
import App from "./App.svelte";
import { keepOffline } from "./state/offline";
import { studio } from "./state/studio.svelte";

void keepOffline(() => !studio.isBusy && studio.edits.length === 0);
mount(App, { target: document.getElementById("app")! });
