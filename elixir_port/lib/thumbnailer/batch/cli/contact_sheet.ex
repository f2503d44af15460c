defmodule Thumbnailer.Batch.CLI.ContactSheet do
  @moduledoc false
  # The contact sheet of a batch, OUT/index.html: one page without network, that a browser shows from a file. Images are
  # written to a file of their own while they are made, as only the end knows the summary that stands above them.

  alias Thumbnailer.Formats
  alias Thumbnailer.Batch.{Format, Outcome, Report}

  @style_path Path.join(__DIR__, "contact_sheet.css")
  @script_path Path.join(__DIR__, "contact_sheet.js")
  @external_resource @style_path
  @external_resource @script_path
  @style File.read!(@style_path)
  @script File.read!(@script_path)

  @enforce_keys [:out, :file]
  defstruct [:out, :file]

  @type t :: %__MODULE__{out: Path.t(), file: File.io_device()}

  @doc "Begins the sheet of the batch into `out`."
  @spec open(Path.t()) :: t
  def open(out) do
    File.mkdir_p!(out)

    %__MODULE__{
      out: Path.expand(out),
      file: File.open!(images(out), [:write, :raw, :delayed_write])
    }
  end

  @doc "Adds what became of one image."
  @spec add(t, Outcome.t()) :: :ok
  def add(sheet, outcome), do: :file.write(sheet.file, figure(outcome, sheet.out))

  @doc "Writes the page, which appears whole or not at all; yields its path."
  @spec close(t, Report.t()) :: Path.t()
  def close(%__MODULE__{out: out, file: file}, report) do
    :ok = :file.close(file)
    page = Path.join(out, "index.html")
    part = page <> ".part"

    File.open!(part, [:write, :raw, :binary], fn device ->
      :ok = :file.write(device, head(report))
      {:ok, _bytes} = :file.copy(images(out), device)
      :ok = :file.write(device, foot())
    end)

    File.rename!(part, page)
    File.rm!(images(out))
    page
  end

  defp images(out), do: Path.join(out, "index.html.images")

  # Nothing but this page and images beside it may be loaded.
  @policy "default-src 'none'; img-src 'self' file:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"

  defp head(report) do
    [summary | _details] = Report.summary(report, System.monotonic_time(:millisecond))

    """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
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
      ~s(<figcaption><b title="#{name}">#{name |> Path.basename()}</b>),
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
    |> Format.printable()
    |> String.replace(
      ["&", "<", ">", "\""],
      &%{"&" => "&amp;", "<" => "&lt;", ">" => "&gt;", "\"" => "&quot;"}[&1]
    )
  end
end
