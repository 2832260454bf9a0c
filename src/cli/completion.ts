import type { Command } from './command.ts';
import { bashScript } from './completion-bash.ts';
import { zshScript } from './completion-zsh.ts';
import { placesOf } from './places.ts';

const SCRIPTS = { bash: bashScript, zsh: zshScript };

/** A script for a shell that completes commands, flags and fixed words, made of the table of commands. */
export function completion(shell: keyof typeof SCRIPTS, commands: readonly Command[]): string {
  return SCRIPTS[shell](placesOf(commands));
}
