defmodule Thumbnailer.Batch.CLI.ContactSheet do
  @moduledoc false
  # The contact sheet of a batch, OUT/index.html: one page without network, that a browser shows from a file. Images are
  # written to a file of their own while they are made, as only the end knows the summary that stands above them.

  alias Thumbnailer.{Error, Formats}
  alias Thumbnailer.Batch.{Format, Outcome, Report}
  alias Thumbnailer.Batch.CLI.Summary
  alias Thumbnailer.Batch.Journal.Folder
  alias Thumbnailer.OS.RawPath

  @style_path Path.join(__DIR__, "contact_sheet.css")
  @script_path Path.join(__DIR__, "contact_sheet.js")
  @external_resource @style_path
  @external_resource @script_path
  @style File.read!(@style_path)
  @script File.read!(@script_path)

  # By which a page is known as one of these, and may be replaced.
  @mark ~s(<meta name="generator" content="thumbnailer">)

  @enforce_keys [:out, :file]
  defstruct [:out, :file]

  @type t :: %__MODULE__{out: Path.t(), file: :file.fd()}

  @doc "Begins the sheet of the batch into `out`; refuses where a page that is none stands in its place. nil is no sheet."
  @spec open(Path.t() | nil) :: {:ok, t | nil} | {:error, Error.t()}
  def open(nil), do: {:ok, nil}

  def open(out) do
    part = part(out)

    with :ok <- check_page(page(out)),
         :ok <- Folder.make(out),
         _left = :file.delete(part),
         {:ok, file} <- :file.open(part, [:read, :write, :raw, :binary, :exclusive]),
         # It has no name from now on, and is gone whatever happens.
         :ok <- :file.delete(part) do
      {:ok, %__MODULE__{out: out, file: file}}
    else
      {:error, %Error{} = error} ->
        {:error, error}

      {:error, posix} ->
        {:error,
         Error.new(:write_failed, "#{part} cannot be written: #{:file.format_error(posix)}")}
    end
  end

  defp check_page(page) do
    case RawPath.lstat(page) do
      {:error, :enoent} -> :ok
      {:ok, %{type: :regular}} -> if sheet?(page), do: :ok, else: foreign(page)
      _other -> foreign(page)
    end
  end

  defp sheet?(page) do
    with {:ok, file} <- :file.open(page, [:read, :raw, :binary]) do
      start = :file.read(file, 1_000)
      _ = :file.close(file)
      match?({:ok, _bytes}, start) and String.contains?(elem(start, 1), @mark)
    else
      {:error, _posix} -> false
    end
  end

  defp foreign(page),
    do: {:error, Error.new(:write_failed, "#{page} is no contact sheet; move it away")}

  @doc "Adds what became of one image."
  @spec add(t | nil, Outcome.t()) :: :ok
  def add(nil, _outcome), do: :ok
  def add(_sheet, %{state: state}) when state in [:left_out, :pruned], do: :ok

  # What a full disk lost is told by `close/2`, which needs more room.
  def add(sheet, outcome) do
    _ = :file.write(sheet.file, figure(outcome, sheet.out))
    :ok
  end

  @doc "Writes the page, which appears whole or not at all; yields its path."
  @spec close(t | nil, Report.t()) :: nil | {:ok, Path.t()} | {:error, Error.t()}
  def close(nil, _report), do: nil

  def close(%__MODULE__{out: out, file: file}, report) do
    part = part(out)
    _ = :file.delete(part)

    with {:ok, device} <- :file.open(part, [:write, :raw, :binary, :exclusive]),
         :ok <- :file.write(device, head(report)),
         {:ok, 0} <- :file.position(file, 0),
         {:ok, _bytes} <- :file.copy(file, device),
         :ok <- :file.write(device, foot()),
         :ok <- :file.close(device),
         :ok <- check_page(page(out)),
         :ok <- :file.rename(part, page(out)) do
      _ = :file.close(file)
      {:ok, page(out)}
    else
      {:error, why} ->
        _ = :file.delete(part)
        {:error, unwritten(why)}
    end
  end

  defp unwritten(%Error{} = error), do: error

  defp unwritten(posix) do
    message = "the contact sheet cannot be written: #{:file.format_error(posix)}"
    Error.new(:write_failed, message)
  end

  defp page(out), do: out <> "/index.html"
  defp part(out), do: "#{Folder.path(out)}/sheet-#{System.pid()}"

  # Nothing but this page and images beside it may be loaded.
  @policy "default-src 'none'; img-src 'self' file:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"

  defp head(report) do
    [summary | _details] = Summary.lines(report, System.monotonic_time(:millisecond))

    """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    #{@mark}
    <meta http-equiv="Content-Security-Policy" content="#{@policy}">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Thumbnails</title>
    <style>
    #{@style}</style>
    </head>
    <body>
    <header>
    <h1>Thumbnails</h1>
    <p id="summary">#{escape(summary)}</p>
    <form role="search">
    <input id="search" type="search" placeholder="Search by name or reason" aria-label="Search by name or reason">
    <label><input type="radio" name="show" value="all" checked> all #{report.done}</label>
    <label><input type="radio" name="show" value="failed"> failed #{report.failed}</label>
    <label><input type="radio" name="show" value="slow"> slowest</label>
    <output id="shown"></output>
    </form>
    </header>
    <main>
    """
  end

  defp foot do
    """
    </main>
    <script>
    #{@script}</script>
    </body>
    </html>
    """
  end

  @spec figure(Outcome.t(), Path.t()) :: iodata
  defp figure(outcome, out) do
    name = outcome.path |> Format.printable() |> escape()

    [
      ~s(<figure class="#{outcome.state}" data-ms="#{Float.round(outcome.milliseconds, 3)}">),
      picture(Enum.sort_by(outcome.outputs, &Map.get(&1, :width, 0)), name, out),
      ~s(<figcaption><b title="#{name}">#{outcome.path |> Path.basename() |> Format.printable() |> escape()}</b>),
      Enum.map(outcome.errors, &[~s(<em>#{&1.reason}</em><i>), escape(&1.message), "</i>"]),
      sizes(outcome, out),
      "</figcaption></figure>\n"
    ]
  end

  defp picture([], _name, _out), do: ~s(<div class="none">no thumbnail</div>)

  # The browser takes the smallest that is sharp; several formats of a size are one choice.
  defp picture([first | _] = outputs, name, out) do
    widths = outputs |> Enum.filter(&Map.has_key?(&1, :width)) |> Enum.uniq_by(& &1.width)
    set = Enum.map_join(widths, ", ", &"#{url(&1.path, out)} #{&1.width}w")
    sides = if first[:width], do: ~s( width="#{first.width}" height="#{first.height}"), else: ""

    ~s(<a href="#{url(List.last(outputs).path, out)}"><img loading="lazy" decoding="async" src="#{url(first.path, out)}" ) <>
      ~s(srcset="#{set}" sizes="180px"#{sides} alt="#{name}"></a>)
  end

  defp sizes(%{outputs: [], bytes: 0}, _out), do: []

  defp sizes(outcome, out) do
    made =
      Enum.map_join(outcome.outputs, ", ", fn output ->
        ~s(<a href="#{url(output.path, out)}">#{escape(label(output))}</a>)
      end)

    arrow = if made == "", do: "", else: " \u2192 "
    time = if outcome.state == :skipped, do: "", else: " in #{round(outcome.milliseconds)} ms"
    ["<span>", Format.bytes(outcome.bytes), arrow, made, time, "</span>"]
  end

  defp label(%{bytes: bytes} = output),
    do: "#{output.width}x#{output.height} #{Formats.of_path(output.path)} #{Format.bytes(bytes)}"

  defp label(output), do: output.size

  # Relative to the page, so that the folder can be moved.
  defp url(path, out) do
    path
    |> Path.relative_to(out)
    |> Path.split()
    |> Enum.map_join("/", &URI.encode(&1, fn char -> URI.char_unreserved?(char) end))
  end

  defp escape(text) do
    text
    |> Format.text()
    |> String.replace(
      ["&", "<", ">", "\""],
      &%{"&" => "&amp;", "<" => "&lt;", ">" => "&gt;", "\"" => "&quot;"}[&1]
    )
  end
end
