// What a guest's page runs once somebody wants to be told while it is closed.
import "../push/tell.js";
