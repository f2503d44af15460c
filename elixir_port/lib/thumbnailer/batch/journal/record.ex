defmodule Thumbnailer.Batch.Journal.Record do
  @moduledoc false
  # What the journal says of one input: what it held, with which options, what came of it, and why the last attempt failed
  # if it did. As a plain term it outlives changes of these modules.

  alias Thumbnailer.Batch.Journal.Fingerprint
  alias Thumbnailer.{Error, Formats}

  @enforce_keys [:content, :options]
  defstruct [:content, :options, outputs: %{}, failed: nil]

  @typedoc "`outputs` are by name below the folder for all; `options` is a digest of what all outputs share."
  @type t :: %__MODULE__{
          content: Fingerprint.t(),
          options: binary,
          outputs: %{Path.t() => product},
          failed: atom | nil
        }

  @typedoc "An output that was made, and the size and format that it was made for."
  @type product :: %{
          size: String.t(),
          format: atom,
          width: pos_integer,
          height: pos_integer,
          bytes: non_neg_integer
        }

  @doc """
  Whether the output of this name was made for this size and format, and has as many bytes now.

  One that was cut short or replaced by somebody else is made again.
  """
  @spec intact?(t, map, non_neg_integer) :: boolean
  def intact?(%__MODULE__{outputs: outputs}, output, bytes) do
    case outputs[output.name] do
      %{size: size, format: format, bytes: ^bytes} ->
        {size, format} == {output.size, output.format}

      _other ->
        false
    end
  end

  @spec to_term(t) :: tuple
  def to_term(%__MODULE__{content: content} = record) do
    outputs =
      for {name, made} <- record.outputs,
          do: {name, made.size, Atom.to_string(made.format), made.width, made.height, made.bytes}

    failed = record.failed && Atom.to_string(record.failed)
    {content.size, content.mtime, content.read_at, content.mac, record.options, outputs, failed}
  end

  @spec from_term(tuple) :: t
  def from_term({size, mtime, read_at, mac, options, outputs, failed}) do
    %__MODULE__{
      content: %Fingerprint{size: size, mtime: mtime, read_at: read_at, mac: mac},
      options: options,
      outputs:
        for {name, size, format, width, height, bytes} <- outputs, into: %{} do
          {name,
           %{size: size, format: format(format), width: width, height: height, bytes: bytes}}
        end,
      failed: failed && reason(failed)
    }
  end

  # A format or a reason of another version is none of this one.
  defp format(text), do: Enum.find([:auto | Formats.savers()], &(Atom.to_string(&1) == text))

  defp reason(text) do
    Enum.find_value(Error.table(), :internal, fn {reason, _from, _meaning} ->
      if Atom.to_string(reason) == text, do: reason
    end)
  end
end
