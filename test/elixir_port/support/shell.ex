defmodule Thumbnailer.Shell do
  @moduledoc false
  # Commands of a shell as operating system processes, with what they wrote, as bytes.

  import Thumbnailer.Fixtures, only: [root: 1]

  @doc "Standard output, standard error and the status of a shell's command in the library's folder; $T is the folder `top`."
  def shell(script, top, locale \\ "C.UTF-8", environment \\ []) do
    {_output, status} =
      System.cmd("sh", ["-c", "(" <> script <> ") > \"$T/stdout\" 2> \"$T/stderr\""],
        cd: root("elixir_port"),
        env:
          [{"MIX_ENV", "test"}, {"T", top}, {"LANG", locale}, {"LC_ALL", locale}] ++ environment
      )

    {File.read!(top <> "/stdout"), File.read!(top <> "/stderr"), status}
  end

  @doc "The same for a command on a terminal of so many columns: all that it showed there, and the status."
  def terminal(script, top, columns) do
    python = System.get_env("THUMBNAILER_PYTHON", "python3")
    program = root("test/elixir_port/support/in_terminal.py")

    System.cmd(python, [program, "#{columns}", "sh", "-c", script],
      cd: root("elixir_port"),
      env: [{"MIX_ENV", "test"}, {"T", top}]
    )
  end

  @doc "A command that starts Elixir without Mix and with the library in its code path, for `-e`."
  def elixir, do: Enum.join(["elixir" | code_paths()], " ")

  @doc "The arguments by which a BEAM finds the library."
  def code_paths,
    do: for(path <- :code.get_path(), to_string(path) =~ "thumbnailer", do: "-pa '#{path}'")
end
