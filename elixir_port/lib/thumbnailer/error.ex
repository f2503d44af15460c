defmodule Thumbnailer.Error do
  @moduledoc """
  The cause of a failed call. Match on `:reason` in code; `:message` is for people. The bang functions raise this error.

  `:details` is a map with more facts:

    * `:signal` (atom such as `:segv`) or `:exit_status` (integer): how a process ended (`:crashed`, `:port_exited`)
    * `:system_call`: the forbidden system call (`:sandbox_violation`)
    * `:stderr`: the last lines that a worker wrote before it died (`:crashed`)
    * `:step`: the step that it happened in; `:fault`: how it ended (`:step_refused`, `:step_failed`)
    * `:option`: the refused option (`:bad_option`)
    * `:limit`: the exceeded limit (`:too_large`, `:out_of_memory`, `:overloaded`)

  The reasons:

  <!-- reasons -->
  """

  # Rows of test/contract/reasons.tsv: name, who reports it, meaning.
  @table [
    {:bad_term, :port, "the payload of a frame is not a term that this program reads"},
    {:bad_request, :port, "the term is not a request of this protocol"},
    {:bad_option, :port, "an option is unknown, of the wrong type or out of range"},
    {:duplicate_id, :port, "the id belongs to a request that is still unanswered"},
    {:not_found, :port, "no file has this path"},
    {:not_a_file, :port,
     "the path names a directory, a device or another thing that is not a regular file"},
    {:no_access, :port, "the file may not be read or written by this user"},
    {:outside_roots, :port, "the path leads out of the folders that this program may use"},
    {:empty_source, :port, "the source has no bytes"},
    {:unsupported_format, :port,
     "the source is not an image of a format that this program reads"},
    {:bad_image, :port, "the image is damaged, cut short or not what its header says"},
    {:too_large, :port, "the source or the image is over a limit of this program"},
    {:encode_failed, :port, "the thumbnail could not be written in the format asked for"},
    {:write_failed, :port, "the output file could not be written"},
    {:timeout, :port, "the deadline passed before the work was done"},
    {:crashed, :port, "the worker died while it made this thumbnail"},
    {:out_of_memory, :port, "the worker needed more memory than it may have"},
    {:sandbox_violation, :port,
     "the worker made a system call that making thumbnails does not need"},
    {:poison, :port, "the image has killed workers before and is not tried again for a while"},
    {:cancelled, :port, "the request was cancelled"},
    {:internal, :port, "a fault of the program itself"},
    {:bad_step, :port, "the file is not a step, or its translation not one for this program"},
    {:untranslated, :port,
     "the step has no translation for this machine, and what makes one is not installed"},
    {:step_refused, :port, "the step said why it makes no picture of this one"},
    {:step_failed, :port, "the step ended in a fault; the worker goes on"},
    {:step_disabled, :port, "the step has ended one worker after the other and is switched off"},
    {:overloaded, :library, "the queue of the instance is full"},
    {:unavailable, :library, "the port program is not running and did not come back in time"},
    {:port_exited, :library, "the port program ended while it held this request"},
    {:bad_reply, :library, "the port program sent something that is not of this protocol"}
  ]

  @moduledoc String.replace(
               @moduledoc,
               "<!-- reasons -->",
               Enum.map_join(@table, "\n", fn {name, _from, meaning} ->
                 "  * `:#{name}` - #{meaning}"
               end)
             )

  defexception [:reason, :message, details: %{}]

  @type reason :: unquote(@table |> Enum.map(&elem(&1, 0)) |> Enum.reduce(&{:|, [], [&1, &2]}))

  @type t :: %__MODULE__{reason: reason, message: String.t(), details: map}

  @doc false
  @spec table() :: [{reason, :port | :library, String.t()}]
  def table, do: @table

  @doc """
  Whether `reason` is a known reason.

      iex> {Thumbnailer.Error.reason?(:bad_image), Thumbnailer.Error.reason?(:bad_luck)}
      {true, false}
  """
  @doc since: "0.1.0"
  @spec reason?(term) :: boolean
  def reason?(reason), do: List.keymember?(@table, reason, 0)

  @doc false
  @spec new(reason, String.t(), keyword | map) :: t
  def new(reason, message, details \\ []) do
    %__MODULE__{reason: reason, message: message, details: Map.new(details)}
  end

  @doc false
  @spec unreadable(Path.t(), File.posix()) :: t
  def unreadable(path, :enoent), do: new(:not_found, "no file has the path #{inspect(path)}")

  def unreadable(path, posix),
    do: new(:no_access, "#{inspect(path)} cannot be read: #{:file.format_error(posix)}")

  @doc false
  @spec not_a_file(Path.t()) :: t
  def not_a_file(path), do: new(:not_a_file, "#{inspect(path)} is not a regular file")
end
