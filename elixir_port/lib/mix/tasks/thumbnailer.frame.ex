defmodule Mix.Tasks.Thumbnailer.Frame do
  @shortdoc "Writes the frame of a request to stdout"

  alias Thumbnailer.{Options, Request}
  alias Thumbnailer.Options.Definition
  alias Thumbnailer.Protocol.Codec

  # Which parameters a step takes, only an instance knows that has it.
  @flags Enum.reject(Options.table([:output, :request]), &(&1.name in [:timeout, :step]))

  @moduledoc """
  Writes the frame of a request to stdout, for the port program in a shell.

      mix thumbnailer.frame photo.jpg 200x200 --format webp > my.etf
      thumbnailer < my.etf | thumbnailer show

  The arguments are a file and one size or several, such as `200`, `200x100`, `200x` or `x100`. The frame names the file
  by its absolute path; `--bytes` puts the bytes of the file into it instead.

  ## Flags

    * `--bytes` - the frame holds the image
    * `--id` - of the request. Default: 1
    * `--out` - a file for the frame, instead of stdout. In a checkout of this library that is still to be compiled Mix
      reports that on stdout, before the frame
    * `--timeout` - the timeout in the request, in milliseconds. Default: 30000
  #{Enum.map_join(@flags, "\n", fn option ->
    names = Enum.map_join(Definition.names(option), ", ", fn name -> "`--" <> String.replace(Atom.to_string(name), "_", "-") <> "`" end)

    "  * #{names} - as in `Thumbnailer.make/3`: #{option.doc}"
  end)}
  """

  use Mix.Task

  @switches [bytes: :boolean, id: :integer, out: :string, timeout: :integer] ++
              Enum.flat_map(@flags, &Definition.switches/1)

  @impl true
  def run(arguments) do
    configure()
    {flags, words} = OptionParser.parse!(arguments, strict: @switches)
    {source, sizes} = words!(words)
    frame = frame(source(source, flags), sizes, flags)

    case flags[:out] do
      nil -> write_stdout(frame)
      path -> File.write!(path, frame)
    end
  end

  # What Mix says of a compilation would be bytes of the frame.
  defp configure do
    shell = Mix.shell()
    Mix.shell(Mix.Shell.Quiet)
    Mix.Task.run("app.config")
    Mix.shell(shell)
  end

  defp words!([source | [_ | _] = sizes]), do: {source, sizes}
  defp words!(_fewer), do: Mix.raise("give a file and a size; see mix help thumbnailer.frame")

  defp source(path, flags) do
    cond do
      not File.regular?(path) -> Mix.raise("#{path} is not a file")
      flags[:bytes] -> {:bytes, File.read!(path)}
      true -> path
    end
  end

  defp frame(source, sizes, flags) do
    {request, _on} = Request.make!(source, sizes, options(flags))
    payload = Codec.request(flags[:id] || 1, request, flags[:timeout] || 30_000)
    [<<:erlang.iolist_size(payload)::32>>, payload]
  rescue
    error in ArgumentError -> Mix.raise(error.message)
  end

  defp options(flags) do
    for option <- @flags,
        name <- Definition.names(option),
        {:ok, given} <- [Keyword.fetch(flags, name)] do
      case Definition.parse(option, given) do
        {:ok, value} -> {option.name, value}
        :error -> Mix.raise("--#{option.name} #{given}: it takes #{Definition.accepts(option)}")
      end
    end
  end

  # As bytes: an encoding would make two of every byte above 127.
  defp write_stdout(frame) do
    :ok = :io.setopts(:standard_io, encoding: :latin1)
    IO.binwrite(:stdio, frame)
  end
end
