defmodule Thumbnailer.DocumentRun do
  @moduledoc false
  # Runs snippets of documentation as a reader would: one after the other, what one has bound is there in the next, in a
  # folder with pictures. In a BEAM of its own, for they define modules, start instances and change the folder.

  import Thumbnailer.Fixtures, only: [root: 1]

  @typedoc "Code, and where it stands: a file and a line."
  @type snippet :: {code :: String.t(), file :: String.t(), line :: pos_integer}

  # What a reader is taken to have in the folder, and which sample that is.
  @pictures %{
    "photo.jpg" => "photo.jpg",
    "logo.png" => "alpha.png",
    "animation.gif" => "animated.gif",
    "damaged.jpg" => "truncated.jpg",
    "photos/hills.jpg" => "photo.jpg",
    "photos/2026/map.png" => "quadrants.png",
    "photos/2026/tower.webp" => "quadrants.webp"
  }

  @doc "Runs the snippets; `{output, 0}` when all of them ran to their end."
  @spec run([snippet]) :: {String.t(), non_neg_integer}
  def run(snippets) do
    folder = Thumbnailer.Fixtures.folder()
    furnish(folder)
    script = Path.join(folder, ".snippets")
    File.write!(script, :erlang.term_to_binary(snippets))

    System.cmd(
      "elixir",
      ["-pa", ebin(), "-e", "Thumbnailer.DocumentRun.main()", script],
      cd: folder,
      stderr_to_stdout: true
    )
  end

  @doc "A folder as a reader has it: pictures, and the repository's own folders under their names."
  def furnish(folder) do
    for {name, sample} <- @pictures do
      path = Path.join(folder, name)
      File.mkdir_p!(Path.dirname(path))
      File.cp!(root("samples/images/" <> sample), path)
    end
  end

  @doc false
  # In the other BEAM.
  def main do
    [script] = System.argv()
    {:ok, _started} = Application.ensure_all_started(:thumbnailer)
    Code.require_file(root("test/elixir_port/documents/stand_ins.exs"))
    Code.compiler_options(ignore_module_conflict: true)
    script |> File.read!() |> :erlang.binary_to_term() |> Enum.reduce([], &evaluate/2)
  end

  defp evaluate({code, file, line}, binding) do
    {_value, binding} = Code.eval_string(code, binding, file: root(file), line: line)
    binding
  catch
    kind, reason ->
      IO.puts("#{file}:#{line}: the block that begins here failed")
      IO.puts(Exception.format(kind, reason, __STACKTRACE__))
      System.halt(1)
  end

  defp ebin, do: :thumbnailer |> Application.app_dir("ebin") |> to_string()
end
