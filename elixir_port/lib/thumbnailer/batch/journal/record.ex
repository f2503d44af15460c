defmodule Thumbnailer.Batch.Journal.Record do
  @moduledoc false
  # What the journal says of one input: what it held, with which options, and what came of it. Decides which
  # of its outputs are due.

  alias Thumbnailer.Batch.Journal.Fingerprint

  @enforce_keys [:content, :options]
  defstruct [:content, :options, outputs: %{}]

  @typedoc "`outputs` are by name below the folder for all; `options` is a digest of what all outputs share."
  @type t :: %__MODULE__{
          content: Fingerprint.t(),
          options: binary,
          outputs: %{Path.t() => product}
        }

  @typedoc "An output that was made, and the size and format that it was made for."
  @type product :: %{
          size: String.t(),
          format: atom,
          width: pos_integer,
          height: pos_integer,
          bytes: non_neg_integer
        }

  @typedoc "An output that is wanted; `name` is below `path`'s folder for all."
  @type output :: %{name: Path.t(), path: Path.t(), size: String.t(), format: atom}

  @doc """
  Splits outputs into those that are due and those that exist already. `same?` tells whether the input is what it was.

    * `:always` - all are due
    * `:never` - those that do not exist are
    * `:older` - those that the journal does not know as made of this input with these options; where it
      knows nothing of the input, those that do not exist or are older than it
  """
  @spec due(
          t | nil,
          [output],
          :always | :never | :older,
          Fingerprint.t(),
          binary,
          (() -> boolean)
        ) ::
          {due :: [output], existing :: [output]}
  def due(_record, outputs, :always, _content, _options, _same?), do: {outputs, []}

  def due(_record, outputs, :never, _content, _options, _same?),
    do: Enum.split_with(outputs, &(not File.exists?(&1.path)))

  def due(nil, outputs, :older, content, _options, _same?),
    do: Enum.split_with(outputs, &(changed_at(&1.path) < content.mtime))

  def due(%__MODULE__{options: options} = record, outputs, :older, _content, options, same?) do
    if same?.(), do: Enum.split_with(outputs, &(not intact?(&1, record))), else: {outputs, []}
  end

  def due(%__MODULE__{}, outputs, :older, _content, _other_options, _same?), do: {outputs, []}

  # One that was cut short or replaced by somebody else is made again.
  defp intact?(output, record) do
    with %{bytes: bytes} = product <- record.outputs[output.name],
         true <- {product.size, product.format} == {output.size, output.format},
         {:ok, %{size: ^bytes, type: :regular}} <- Fingerprint.info(output.path) do
      true
    else
      _other -> false
    end
  end

  defp changed_at(path) do
    case Fingerprint.info(path) do
      {:ok, %{mtime: mtime}} -> mtime
      {:error, _missing} -> -1
    end
  end
end
