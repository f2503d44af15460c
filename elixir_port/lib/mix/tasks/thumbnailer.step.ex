defmodule Mix.Tasks.Thumbnailer.Step do
  @shortdoc "Translates steps, so that a release needs no tools"

  @moduledoc """
  Translates the modules of steps, so that a release needs no tools.

      mix thumbnailer.step steps/duotone.wasm
      mix thumbnailer.step steps/*.wasm --target x86-64 --target arm64

  Each module is copied to `priv/steps`, and its translation is written beside it: `priv/steps/duotone.wasm`,
  `priv/steps/duotone.x86_64.step`. An instance with `steps: [duotone: {:my_app, "priv/steps/duotone.wasm"}]` finds the
  translation by the hash of the module, the version of the contract and the architecture of its machine. A translation that is
  current is not made again.

  Needs the packages `wabt` and `gcc`; for another architecture than that of this machine `wabt`, `clang` and `lld`.

  ## Flags

    * `--target` - the architecture to translate for, `x86-64` or `arm64`; may be given several times. Default: that of
      this machine
    * `--out` - the folder for modules and translations. Default: `priv/steps`
    * `--executable` - another port program
  """

  use Mix.Task

  alias Thumbnailer.{Error, Step}
  alias Thumbnailer.Translation.{Note, Translator}

  @requirements ["app.config"]
  @switches [target: :keep, out: :string, executable: :string]

  # As people write them, and as the program does.
  @targets %{"x86-64" => "x86_64", "arm64" => "aarch64"}

  @impl true
  def run(arguments) do
    {flags, paths} = OptionParser.parse!(arguments, strict: @switches)
    if paths == [], do: Mix.raise("give at least one module; see mix help thumbnailer.step")
    targets = flags |> Keyword.get_values(:target) |> Enum.map(&target!/1)
    targets = if targets == [], do: [Translator.native()], else: Enum.uniq(targets)
    out = flags[:out] || "priv/steps"
    File.mkdir_p!(out)

    for path <- paths, module = place!(path, out), target <- targets do
      path = Path.join(out, Path.basename(path))
      build!(module, Translator.beside_path(path, target), target, flags[:executable])
    end

    :ok
  end

  defp target!(name) do
    target = Map.get(@targets, name, name)

    if target in Note.architectures(),
      do: target,
      else: Mix.raise("--target must be x86-64 or arm64, got: #{name}")
  end

  # The module itself lies beside its translations.
  defp place!(path, out) do
    name = Path.basename(path, ".wasm")

    unless Path.extname(path) == ".wasm" and Step.name?(name) do
      Mix.raise(
        "#{path}: a module is called NAME.wasm, with a name of lower case letters, digits and underscores"
      )
    end

    module = File.read!(path)
    to = Path.join(out, Path.basename(path))
    if Path.expand(to) != Path.expand(path), do: File.write!(to, module)
    module
  end

  defp build!(module, to, target, executable) do
    case Translator.read(to, Translator.hash(module), target) do
      {:ok, _translation} -> Mix.shell().info("#{to} is current")
      :error -> translate!(module, to, target, executable)
    end
  end

  defp translate!(module, to, target, executable) do
    case Translator.translate(module, to, target, executable) do
      :ok -> Mix.shell().info("#{to} is made")
      {:error, %Error{} = error} -> Mix.raise("#{to}: #{error.reason}: #{error.message}")
    end
  end
end
