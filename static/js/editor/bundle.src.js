/**
 * The one input of the bundle: the ProseMirror names our own modules use, and nothing of ours.
 * `npm run build` writes static/vendor/editor.js from it.
 */
export { Schema, DOMParser, Fragment, Slice } from "prosemirror-model";
export { EditorState, Plugin, PluginKey, TextSelection, Selection } from "prosemirror-state";
export { EditorView, Decoration, DecorationSet } from "prosemirror-view";
export { history, undo, redo, isHistoryTransaction, closeHistory } from "prosemirror-history";
export { keymap } from "prosemirror-keymap";
export {
  baseKeymap, chainCommands, exitCode, lift, setBlockType, toggleMark, wrapIn,
} from "prosemirror-commands";
export {
  InputRule, inputRules, textblockTypeInputRule, undoInputRule, wrappingInputRule,
} from "prosemirror-inputrules";
export { liftListItem, sinkListItem, splitListItem, wrapInList } from "prosemirror-schema-list";
